#include "feed/quote.hpp"

#include "feed/stringify.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace std::chrono_literals;

TEST_CASE("A quote older than the limit is never shown as live", "[feed]")
{
    const wall_time now{1'700'000'000'000ms};
    const fetch_settings limits{.quote_age_max = 120s, .quote_ahead_max = 300s};
    quote q{symbol_id{0}, *price::from(1), now - 120s};

    CHECK_FALSE(check_age(q, now, limits));  // the limit itself is still fresh
    q.upstream_time = now - 120s - 1ms;
    CHECK(check_age(q, now, limits) == feed_errc::stale_quote);
    q.upstream_time = now + 300s;
    CHECK_FALSE(check_age(q, now, limits));
    q.upstream_time = now + 300s + 1ms;
    CHECK(check_age(q, now, limits) == feed_errc::future_quote);
    q.upstream_time.reset();
    CHECK_FALSE(check_age(q, now, limits));
}

TEST_CASE("An absurd price is refused", "[feed]")
{
    CHECK_FALSE(plausible_price(0.0));
    CHECK_FALSE(plausible_price(-1.0));
    CHECK_FALSE(plausible_price(1e16));
    CHECK_FALSE(plausible_price(1e-19));
    CHECK_FALSE(plausible_price("1e308"));
    CHECK(plausible_price(1e-14));
    CHECK(plausible_price("102345.678"));
}
