#include "http/request_id.hpp"

#include "support/catch.hpp"

#include <set>

using namespace tickertape;
using namespace tickertape::http;

TEST_CASE("a request id that is fit to be repeated is repeated", "[http]")
{
    request_ids ids;
    const auto given = GENERATE(
        "a", "0", "7f3c2a9e-1b2c-4d5e-8f90-0123456789ab", "ABC_def.123-",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    CHECK(ids.id_for(given) == given);
}

TEST_CASE("a request id that is not fit is replaced by 16 hexadecimal digits", "[http]")
{
    request_ids ids;
    const auto given = GENERATE(
        "", " ", "a b", "a\r\nSet-Cookie: x", "a\"b", "a/b", "<script>", "caf\xc3\xa9", "a\x7f",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    CAPTURE(given);
    const auto id = ids.id_for(given);
    CHECK(id.size() == 16);
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
}

TEST_CASE("a zero byte makes a request id unfit", "[http]")
{
    request_ids ids;
    CHECK(ids.id_for(std::string_view{"a\0b", 3}).size() == 16);
}

TEST_CASE("new request ids do not repeat, nor do two lanes give the same ones", "[http]")
{
    request_ids one;
    request_ids other;
    std::set<std::string> seen;
    for (int i = 0; i < 1'000; ++i) {
        seen.insert(one.id_for({}));
        seen.insert(other.id_for({}));
    }
    CHECK(seen.size() == 2'000);
}
