#include "market/row_reader.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape::market;

namespace {

std::optional<double> figure(const char* json, bool& spoilt)
{
    const auto row = boost::json::parse(json);
    row_reader from{&row};
    const auto value = from.figure("x");
    spoilt = from.is_spoilt();
    return value;
}

}  // namespace

TEST_CASE("figures come as numbers and as text", "[market]")
{
    bool spoilt = true;
    CHECK(figure(R"({"x":1.5})", spoilt) == 1.5);
    CHECK(figure(R"({"x":"19970852.00"})", spoilt) == 19970852.0);
    CHECK(figure(R"({"x":875695838925887500000})", spoilt) == 875695838925887500000.0);
    CHECK_FALSE(spoilt);
}

TEST_CASE("what is missing, null or empty is unknown", "[market]")
{
    bool spoilt = true;
    for (const auto* json : {"{}", R"({"x":null})", R"({"x":""})", "[]", "1"}) {
        CAPTURE(json);
        CHECK_FALSE(figure(json, spoilt));
        CHECK_FALSE(spoilt);
    }
}

TEST_CASE("a number that no market has is unknown", "[market]")
{
    bool spoilt = true;
    for (const auto* json : {R"({"x":"inf"})", R"({"x":"nan"})", R"({"x":1e28})"}) {
        CAPTURE(json);
        CHECK_FALSE(figure(json, spoilt));
        CHECK_FALSE(spoilt);
    }
}

TEST_CASE("another type spoils the row", "[market]")
{
    bool spoilt = false;
    for (const auto* json :
         {R"({"x":true})", R"({"x":[]})", R"({"x":{}})", R"({"x":"$1,399"})", R"({"x":"0x10"})"}) {
        CAPTURE(json);
        CHECK_FALSE(figure(json, spoilt));
        CHECK(spoilt);
    }
}

TEST_CASE("a text that is no time is unknown, and one without a zone as well", "[market]")
{
    const auto row = boost::json::parse(
        R"({"good":"2025-10-06T18:57:42.558Z","bad":"yesterday","local":"2025-10-06 18:57:42","n":7})");
    row_reader from{&row};
    CHECK(from.time("good"));
    CHECK_FALSE(from.time("bad"));
    CHECK_FALSE(from.time("local"));
    CHECK_FALSE(from.time("n"));
    CHECK_FALSE(from.time("missing"));
    CHECK_FALSE(from.is_spoilt());
}
