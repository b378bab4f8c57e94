#include "json/json_text.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <limits>

using namespace tickertape;
using namespace std::chrono_literals;

TEST_CASE("a text with anything special in it reads back as it was", "[json]")
{
    for (int c = 0; c < 0x80; ++c) {
        const std::string text{'a', static_cast<char>(c), 'b'};
        std::string out;
        json::append_string(out, text);
        CAPTURE(c, out);
        CHECK(std::string_view{boost::json::parse(out).as_string()} == text);
    }
    std::string out;
    json::append_string(out, "a\"b\\c\n\xc3\xbc/");
    CHECK(out == "\"a\\\"b\\\\c\\n\xc3\xbc/\"");
    out.clear();
    json::append_string(out, "");
    CHECK(out == "\"\"");
}

TEST_CASE("numbers of an object have three decimals where they have any", "[json]")
{
    json::object o;
    o.number("n", -3).decimal("left", 3.46666).decimal("many", 1e6);
    o.seconds("s", 12'345ms).milliseconds("ms", 12'005us);
    o.time("at", wall_time{1712525476123ms}).time("never", std::nullopt);
    CHECK(
        std::move(o).done() ==
        "{\"n\":-3,\"left\":3.467,\"many\":1000000.000,\"s\":12.345,\"ms\":12.005,"
        "\"at\":1712525476.123,\"never\":null}");
}

TEST_CASE("what is no number in JSON is null", "[json]")
{
    json::object o;
    o.decimal("inf", std::numeric_limits<double>::infinity());
    o.decimal("nan", std::numeric_limits<double>::quiet_NaN());
    o.text_or_null("nothing", "").text_or_null("something", "x");
    CHECK(
        std::move(o).done() == "{\"inf\":null,\"nan\":null,\"nothing\":null,\"something\":\"x\"}");
    json::object huge;
    huge.decimal("most", std::numeric_limits<double>::max());
    CHECK(std::move(huge).done().ends_with("858368.000}"));
}

TEST_CASE("an array has commas between its elements and nowhere else", "[json]")
{
    CHECK(
        std::move(json::array{}.text("a").json("1").text("").json("{}")).done() ==
        "[\"a\",1,\"\",{}]");
    CHECK(json::array{}.done() == "[]");
}

TEST_CASE("a double comes out in the shortest form that reads back to it, or as null", "[json]")
{
    json::object o;
    o.real("tenth", 0.1).real("small", -1.25e-8).real("whole", 12.0);
    o.real("none", std::nullopt).real("inf", std::numeric_limits<double>::infinity());
    CHECK(
        std::move(o).done() ==
        "{\"tenth\":0.1,\"small\":-1.25e-08,\"whole\":12,\"none\":null,\"inf\":null}");
}
