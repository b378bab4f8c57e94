#include "feed/errors.hpp"

#include "feed/failures.hpp"
#include "feed/provider_answer.hpp"
#include "support/catch.hpp"

#include <set>

using namespace tickertape;

TEST_CASE("Each of the feed's errors has a meaning of its own", "[feed]")
{
    std::set<std::string> meanings;
    const int last = static_cast<int>(feed_errc::url_parts);
    for (int value = 1; value <= last; ++value)
        meanings.insert(feed_category().message(value));
    CHECK(meanings.size() == static_cast<std::size_t>(last));
    CHECK_FALSE(meanings.contains("unknown error"));
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
        failed.add("S" + std::to_string(i), {feed_errc::connect_failed, "refused"});
    failed.add("X", {feed_errc::unknown_symbol});

    const auto groups = failed.grouped();

    REQUIRE(groups.size() == 2);
    CHECK(groups[0].symbols == "S0,S1,S2,S3,S4 +3");
    CHECK(groups[1].symbols == "X");
}
