#include "feed/errors.hpp"

#include "feed/failures.hpp"
#include "feed/provider_answer.hpp"
#include "support/catch.hpp"

#include <set>

using namespace tickertape;
using namespace tickertape::net;

TEST_CASE("Each of the feed's errors has a meaning of its own", "[feed]")
{
    std::set<std::string> meanings;
    const int last = static_cast<int>(net_errc::url_parts);
    for (int value = 1; value <= last; ++value)
        meanings.insert(feed_category().message(value));
    CHECK(meanings.size() == static_cast<std::size_t>(last));
    CHECK_FALSE(meanings.contains("unknown error"));
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
    CHECK(outcome_of(feed_errc::throttled) == "not_asked");
    CHECK(outcome_of(feed_errc::dead_market) == "refused");
    CHECK(outcome_of(feed_errc::unknown_symbol) == "unknown_symbol");
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
    failed.add("X", {feed_errc::unknown_symbol});

    const auto groups = failed.grouped();

    REQUIRE(groups.size() == 2);
    CHECK(groups[0].symbols == "S0,S1,S2,S3,S4 +3");
    CHECK(groups[1].symbols == "X");
}
