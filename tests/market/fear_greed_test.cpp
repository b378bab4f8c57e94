// What the recorded answer on fear and greed means, and what bodies that are none do.
#include "bodies.hpp"
#include "market/fear_greed.hpp"
#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;
using json::json_errc;
using provider::provider_errc;
using namespace std::chrono_literals;

namespace {

const wall_time now = at("2026-08-18T08:10:51Z");

fetched<fear_greed> read(const std::string& body, int status = 200)
{
    return read_fear_greed(answer_of(body, status), now);
}

std::string day(const std::string& value, const std::string& time, const std::string& word = "Fear")
{
    return R"({"value":)" + value + R"(,"timestamp":)" + time + R"(,"value_classification":")" +
           word + R"("})";
}

std::string answer_with(const std::string& days)
{
    return R"({"data":[)" + days + R"(],"metadata":{"error":null}})";
}

}  // namespace

TEST_CASE("the newest day of the recorded answer is the index", "[market]")
{
    CHECK(fear_greed_request().target == "/fng/?limit=2");
    const auto index = read(recorded("alternative_me.fng.2026-08-18.json"));
    REQUIRE(index);
    CHECK(index->value == 41);
    CHECK(index->word == "Fear");
    CHECK(index->day == at("2026-08-18T00:00:00Z"));
}

TEST_CASE("a day of the index that cannot be true costs itself alone", "[market]")
{
    const auto yesterday = day("31", "1786924800");
    const auto bad = GENERATE(
        as<std::string>{}, day("101", "1787011200"), day("-1", "1787011200"),
        day("\"x\"", "1787011200"), day("null", "1787011200"), day("{}", "1787011200"),
        day("41", "\"\""), day("41", "null"), day("41", "0"), day("41", "1787011200000"),
        day("41", "1787097600"),  // tomorrow
        "null", "7", "[]", "{}");
    CAPTURE(bad);
    const auto index = read(answer_with(bad + "," + yesterday));
    REQUIRE(index);
    CHECK(index->value == 31);
    const auto none = read(answer_with(bad));
    REQUIRE_FALSE(none);
    CHECK(none.error().code == json_errc::missing_field);
    CHECK(none.error().detail == "of 1 days none can be read");
}

TEST_CASE("the order of days does not matter, nor the type of their figures", "[market]")
{
    const auto index = read(answer_with(
        day("\"31\"", "\"1786924800\"") + "," + day("0", "1787011200", "Extreme Fear")));
    REQUIRE(index);
    CHECK(index->value == 0);
    CHECK(index->word == "Extreme Fear");
    CHECK(read(answer_with(day("100", "1787011200")))->value == 100);
}

TEST_CASE("a word for the index that is none is left out", "[market]")
{
    const auto word = GENERATE(
        as<std::string>{}, "\\u0007", "\\u00e9", std::string(mood_word_bytes_max + 1, 'x'));
    const auto index = read(answer_with(day("41", "1787011200", word)));
    REQUIRE(index);
    CHECK(index->word.empty());
    CHECK(read(R"({"data":[{"value":"41","timestamp":"1787011200"}]})")->word.empty());
}

TEST_CASE("an answer without an index is an error", "[market]")
{
    const auto code = [](const std::string& body, int status = 200) {
        const auto said = read(body, status);
        return said ? boost::system::error_code{} : said.error().code;
    };
    CHECK(code("[]") == json_errc::wrong_type);
    CHECK(code("{}") == json_errc::wrong_type);
    CHECK(code(R"({"data":{}})") == json_errc::wrong_type);
    CHECK(code(answer_with("")) == json_errc::missing_field);
    CHECK(code("<html></html>").failed());
    CHECK(code("", 200).failed());
    CHECK(code(answer_with(day("41", "1787011200")), 429) == provider_errc::rate_limited);
    CHECK(code(answer_with(day("41", "1787011200")), 500).failed());
    // As at status 200.
    CHECK(
        code(
            R"({"data":[)" + day("41", "1787011200") +
            R"(],"metadata":{"error":"Rate limit exceeded"}})") == provider_errc::http_status);
}
