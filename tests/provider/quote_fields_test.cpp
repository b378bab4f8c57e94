#include "provider/quote_fields.hpp"

#include "core/errors.hpp"
#include "core/fetch_error.hpp"
#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"
#include "json/reader.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace std::chrono_literals;

namespace {

boost::json::value parsed(std::string_view text)
{
    return json::reader{}.read(text).value();
}

boost::system::error_code time_error(std::string_view text, time_form form)
{
    const auto value = parsed(text);
    const auto read = time_in(&value, form, "t");
    REQUIRE_FALSE(read);
    CHECK(read.error().detail == "t");
    return read.error().code;
}

}  // namespace

TEST_CASE("A field that is not there is not there at any depth", "[feed]")
{
    const auto value = parsed(R"({"a":{"b":[1]},"c":7})");

    CHECK(member(&value, "x") == nullptr);
    CHECK(member(member(&value, "x"), "b") == nullptr);
    CHECK(member(member(&value, "c"), "b") == nullptr);
    CHECK(element(&value, 0) == nullptr);
    CHECK(element(member(member(&value, "a"), "b"), 1) == nullptr);
    CHECK(element(member(member(&value, "a"), "b"), 0)->get_int64() == 1);
    CHECK(price_in(nullptr, "p").error().code == json_errc::missing_field);
    CHECK(time_in(nullptr, time_form::seconds, "t").error().code == json_errc::missing_field);
    CHECK_FALSE(text_in(nullptr));
    CHECK_FALSE(integer_in(nullptr));
    CHECK_FALSE(is_zero(nullptr));
}

TEST_CASE("A whole number is read from a number and from digits", "[feed]")
{
    const auto whole = [](std::string_view text) {
        const auto value = parsed(text);
        return integer_in(&value);
    };

    CHECK(whole("-1121") == -1121);
    CHECK(whole("\"51001\"") == 51001);
    CHECK_FALSE(whole("\"\""));
    CHECK_FALSE(whole("\"1 \""));
    CHECK_FALSE(whole("\"1.5\""));
    CHECK_FALSE(whole("1.5"));
    CHECK_FALSE(whole("null"));
    CHECK_FALSE(whole("\"99999999999999999999\""));
}

TEST_CASE("Zero is zero as a number and as text, and nothing else is", "[feed]")
{
    const auto zero = GENERATE("0", "0.0", "-0.0", "\"0\"", "\"0.00000000\"");
    const auto other = GENERATE("\"\"", "null", "[]", "1e-18", "\"x\"", "\"0x\"", "false");
    CAPTURE(zero, other);
    const auto a = parsed(zero);
    const auto b = parsed(other);

    CHECK(is_zero(&a));
    CHECK_FALSE(is_zero(&b));
}

TEST_CASE("A field that is null is one that is not there", "[feed]")
{
    const boost::json::value null;

    CHECK(price_in(&null, "p").error().code == json_errc::missing_field);
    CHECK(time_in(&null, time_form::rfc3339, "t").error().code == json_errc::missing_field);
    CHECK_FALSE(time_if_any(&null, time_form::seconds, "t"));
    CHECK_FALSE(time_if_any(nullptr, time_form::seconds, "t"));
    const auto zero = parsed("0");
    CHECK(time_if_any(&zero, time_form::seconds, "t")->error().code == core_errc::implausible_time);
}

TEST_CASE("A side of a book that is null or empty is one nobody is on", "[feed]")
{
    const auto book = parsed(R"([null,"",1,"-1",true])");
    const auto* one = element(&book, 2);

    CHECK(book_in(element(&book, 0), one).value()->bid == 0);
    CHECK(book_in(one, element(&book, 1)).value()->ask == 0);
    CHECK_FALSE(book_in(one, element(&book, 9)).value());
    CHECK(book_in(one, element(&book, 3)).error().code == core_errc::implausible_price);
    CHECK(book_in(one, element(&book, 4)).error().code == json_errc::wrong_type);
}

TEST_CASE("A market without trades, or without price and book, is dead whatever it says", "[feed]")
{
    const auto zero = parsed("\"0.0\"");
    const auto some = parsed("3");
    const auto code = [](const fetched<quote>& q) { return q.error().code; };
    const auto price = price_in(&some, "p");

    CHECK(
        code(quote_of({symbol_id{0}, price, {}, std::optional<book_top>{}, &zero})) ==
        provider_errc::dead_market);
    CHECK(
        code(quote_of({symbol_id{0}, price_in(&zero, "p"), {}, std::optional{book_top{0, 0}}})) ==
        provider_errc::dead_market);
    CHECK(
        code(quote_of({symbol_id{0}, price_in(&zero, "p"), {}, std::optional{book_top{1, 0}}})) ==
        core_errc::implausible_price);
    CHECK(quote_of({symbol_id{0}, price, {}, std::optional{book_top{0, 0}}, &some}));
}

TEST_CASE("Times are read in the unit the provider has, and refused in another", "[feed]")
{
    const auto read = [](std::string_view text, time_form form) {
        const auto value = parsed(text);
        return time_in(&value, form, "t").value();
    };

    CHECK(read("1785145936", time_form::seconds) == wall_time{1785145936s});
    CHECK(read("\"1785145936\"", time_form::seconds) == wall_time{1785145936s});
    CHECK(read("1785145936123", time_form::milliseconds) == wall_time{1785145936123ms});
    CHECK(read("\"1785145936123\"", time_form::milliseconds) == wall_time{1785145936123ms});
    CHECK(
        read("\"2026-06-19T16:43:33.016274911Z\"", time_form::rfc3339) ==
        wall_time{1781887413017ms});

    // What is finer than a millisecond is rounded up, in every form.
    CHECK(read("1785145936123000", time_form::microseconds) == wall_time{1785145936123ms});
    CHECK(read("\"1785145936123001\"", time_form::microseconds) == wall_time{1785145936124ms});
    CHECK(read("1", time_form::microseconds) == wall_time{1ms});

    // Milliseconds where seconds should be, nanoseconds where milliseconds should be.
    CHECK(time_error("1785145936123", time_form::seconds) == core_errc::implausible_time);
    CHECK(
        time_error("1785145936123000000", time_form::milliseconds) == core_errc::implausible_time);
    CHECK(time_error("0", time_form::milliseconds) == core_errc::implausible_time);
    CHECK(time_error("-1", time_form::seconds) == core_errc::implausible_time);
    CHECK(
        time_error("18446744073709551615", time_form::milliseconds) == core_errc::implausible_time);
    CHECK(time_error("16725225600", time_form::seconds) == core_errc::implausible_time);
    CHECK(time_error("16725225600000000", time_form::microseconds) == core_errc::implausible_time);
    CHECK(time_error("0", time_form::microseconds) == core_errc::implausible_time);
    CHECK(time_error("1785145936.5", time_form::seconds) == core_errc::implausible_time);
    CHECK(
        time_error("\"1970-01-01T00:00:00Z\"", time_form::rfc3339) == core_errc::implausible_time);
    CHECK(
        time_error("\"2500-01-01T00:00:00Z\"", time_form::rfc3339) == core_errc::implausible_time);
    CHECK(time_error("true", time_form::seconds) == json_errc::wrong_type);
    CHECK(time_error("1785145936", time_form::rfc3339) == json_errc::wrong_type);
    CHECK(time_error("\"1785145936\"", time_form::rfc3339) == core_errc::implausible_time);
}
