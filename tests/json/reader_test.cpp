#include "json/reader.hpp"

#include "support/catch.hpp"
#include "support/stringify.hpp"
#include "json/errors.hpp"

#include <charconv>
#include <cmath>
#include <random>

using namespace tickertape;
using namespace tickertape::json;

namespace {

double number(const std::string& text)
{
    json::reader reader;
    const auto value = reader.read(text);
    REQUIRE(value);
    REQUIRE(price_of_number(*value));
    return price_of_number(*value)->value();
}

boost::system::error_code refusal(const std::string& text)
{
    json::reader reader;
    const auto value = reader.read(text);
    return value ? boost::system::error_code{} : value.error();
}

}  // namespace

TEST_CASE("What is not JSON is refused", "[feed]")
{
    CHECK(refusal("") == json_errc::not_json);
    CHECK(refusal("{} x") == json_errc::not_json);
    CHECK(refusal("{") == json_errc::not_json);
    CHECK(refusal("nan") == json_errc::not_json);
    CHECK(refusal("Infinity") == json_errc::not_json);
    CHECK(refusal("[1,]") == json_errc::not_json);
    CHECK(refusal("// x\n1") == json_errc::not_json);
    CHECK(refusal("\"\xff\"") == json_errc::not_json);
    CHECK(refusal("\"\xed\xa0\x80\"") == json_errc::not_json);
}

TEST_CASE("JSON deeper than the limit is refused", "[feed]")
{
    const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    CHECK_FALSE(refusal(nested(json::reader::depth_max)));
    CHECK(refusal(nested(json::reader::depth_max + 1)) == json_errc::too_deep);
    CHECK(refusal(nested(100'000)) == json_errc::too_deep);
}

TEST_CASE("A number no double can hold is refused", "[feed]")
{
    CHECK(refusal("1e400"));
    CHECK(refusal("-1e400"));
    CHECK(refusal("[1.5, 1e9999999999]"));
    CHECK(refusal("1" + std::string(400, '0')));
}

TEST_CASE("A reader that refused a text reads the next one", "[feed]")
{
    json::reader reader;
    CHECK_FALSE(reader.read(R"({"a":[1,{"b":)"));
    CHECK_FALSE(reader.read("1e400"));
    const auto value = reader.read(R"({"price":0.1})");
    REQUIRE(value);
    CHECK(value->at("price").as_double() == 0.1);
}

TEST_CASE("The last of two equal keys counts", "[feed]")
{
    json::reader reader;
    CHECK(reader.read(R"({"a":1,"a":2})")->at("a").as_int64() == 2);
}

TEST_CASE("Numbers are read to the nearest double", "[feed]")
{
    CHECK(number("69420.25") == 69420.25);
    CHECK(number("0.1") == 0.1);
    CHECK(number("4.727521520000001") == 4.727521520000001);
    CHECK(number("1e-08") == 1e-08);
    CHECK(number("88927") == 88927.0);
    CHECK(number("0.30000000000000004") == 0.30000000000000004);
}

TEST_CASE("Any double written in its shortest form reads back the same", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    json::reader reader;
    for (int i = 0; i < 20'000; ++i) {
        const double value =
            std::ldexp(static_cast<double>(random() >> 11), static_cast<int>(random() % 90) - 70);
        char text[64];
        const auto end = std::to_chars(text, text + sizeof text, value);
        const std::string_view written{text, end.ptr};
        CAPTURE(written);
        const auto read = reader.read(written);
        REQUIRE(read);
        REQUIRE(read->to_number<double>() == value);
    }
}
