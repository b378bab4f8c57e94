#include "feed/errors.hpp"

#include "feed/failures.hpp"
#include "net/errors.hpp"
#include "pricing/errors.hpp"
#include "provider/answer.hpp"
#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "json/errors.hpp"

#include <array>
#include <set>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::json;
using namespace tickertape::pricing;
using namespace tickertape::provider;
using namespace tickertape::net;

TEST_CASE("Each error on the way to a price has a meaning of its own", "[feed]")
{
    struct room {
        const boost::system::error_category& category;
        int last;
    };
    const std::array rooms{
        room{net_category(), static_cast<int>(net_errc::url_parts)},
        room{json_category(), static_cast<int>(json_errc::wrong_type)},
        room{provider_category(), static_cast<int>(provider_errc::breaker_open)},
        room{pricing_category(), static_cast<int>(pricing_errc::disagreement)},
        room{feed_category(), static_cast<int>(feed_errc::deadline)}};
    for (const auto& [category, last] : rooms) {
        INFO(category.name());
        std::set<std::string> meanings;
        for (int value = 1; value <= last; ++value)
            meanings.insert(category.message(value));
        CHECK(meanings.size() == static_cast<std::size_t>(last));
        CHECK_FALSE(meanings.contains("unknown error"));
        CHECK(category.message(last + 1) == "unknown error");
    }
}

TEST_CASE("Failures of the way to a provider are counted as they always were", "[feed]")
{
    for (const auto late :
         {net_errc::resolve_timeout, net_errc::connect_timeout, net_errc::handshake_timeout,
          net_errc::response_timeout})
        CHECK(outcome_of(late) == "deadline");
    CHECK(outcome_of(feed_errc::deadline) == "deadline");
    CHECK(outcome_of(net_errc::connection_lost) == "error");
    // As numbers of the feed's own these mean something else.
    CHECK(outcome_of(net_errc::url_parts) == "error");
    CHECK(outcome_of(provider_errc::throttled) == "not_asked");
    CHECK(outcome_of(provider_errc::dead_market) == "refused");
    CHECK(outcome_of(provider_errc::unknown_symbol) == "unknown_symbol");
}

TEST_CASE("A body that is an error has words, whatever it is", "[feed]")
{
    CHECK(words_of("plain text").compare("plain text") == 0);
    CHECK(words_of("<html><title>Down</title><p>Come back") == "Down Come back");
}

TEST_CASE("Failures with one cause are one line that names a few symbols", "[feed]")
{
    failures failed;
    for (int i = 0; i < 8; ++i)
        failed.add("S" + std::to_string(i), {net_errc::connect_failed, "refused"});
    failed.add("X", {provider_errc::unknown_symbol});

    const auto groups = failed.grouped();

    REQUIRE(groups.size() == 2);
    CHECK(groups[0].symbols == "S0,S1,S2,S3,S4 +3");
    CHECK(groups[1].symbols == "X");
}
