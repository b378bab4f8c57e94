#include "config/value.hpp"

#include "support/catch.hpp"
#include "taken.hpp"

using namespace tickertape;
using namespace tickertape::config;
using namespace std::chrono_literals;

namespace {

std::string why_no_duration(std::string_view text)
{
    const auto read = parse_duration(text, 100ms, 1h);
    return read ? "taken" : read.error().reason();
}

std::string why_no_url(std::string_view text)
{
    const auto read = parse_base_url(text);
    return read ? "taken" : read.error().reason();
}

std::string why_no_origin(std::string_view text)
{
    const auto read = parse_origin(text);
    return read ? "taken" : read.error().reason();
}

}  // namespace

TEST_CASE("a duration without its unit is refused for that reason", "[config]")
{
    CHECK(why_no_duration("10") == "has no unit (ms, s, m, h, d or w)");
    CHECK(why_no_duration("0") == "is below 100ms");
    CHECK(taken(parse_duration("0", 0ms, 1h)) == 0ms);
}

TEST_CASE("a text that is no duration is refused", "[config]")
{
    const auto text = GENERATE(
        "ten", "s", "1.5s", "-1s", "+1s", "10 s", " 10s", "10s ", "10S", "1D", "1y", "10sec",
        "1m30s", "1e3ms", "0x10s", "10us");
    CAPTURE(text);
    CHECK(why_no_duration(text) == "is not a whole number with a unit");
}

TEST_CASE("a duration outside its limits is refused with the limit, however large", "[config]")
{
    CHECK(why_no_duration("") == "is empty");
    CHECK(why_no_duration("99ms") == "is below 100ms");
    CHECK(why_no_duration("3601s") == "is above 1h");
    CHECK(why_no_duration("18446744073709551615h") == "is above 1h");
    CHECK(why_no_duration("18446744073709551616ms") == "is too large");
}

TEST_CASE("a duration reads in each of its units", "[config]")
{
    CHECK(taken(parse_duration("500ms", 100ms, 1h)) == 500ms);
    CHECK(taken(parse_duration("10s", 100ms, 1h)) == 10s);
    CHECK(taken(parse_duration("2m", 100ms, 1h)) == 2min);
    CHECK(taken(parse_duration("1h", 100ms, 1h)) == 1h);
    CHECK(taken(parse_duration("1d", 0ms, 8760h)) == 24h);
    CHECK(taken(parse_duration("7d", 0ms, 8760h)) == 168h);
    CHECK(taken(parse_duration("2w", 0ms, 8760h)) == 336h);
}

TEST_CASE("how long something is kept reads in each unit, and for ever", "[config]")
{
    CHECK(taken(parse_kept_time("7d", 24h, 8760h)) == 168h);
    CHECK(taken(parse_kept_time("36h", 24h, 8760h)) == 36h);
    CHECK(taken(parse_kept_time("2w", 24h, 8760h)) == 336h);
    CHECK(taken(parse_kept_time("forever", 24h, 8760h)) == 0h);
    CHECK(taken(parse_kept_time("0", 24h, 8760h)) == 0h);
    CHECK(parse_kept_time("366d", 24h, 8760h).error().reason() == "is above 365d");
    CHECK(parse_kept_time("1h", 24h, 8760h).error().reason() == "is below 1d");
    CHECK(parse_kept_time("18446744073709551615w", 24h, 8760h).error().reason() == "is above 365d");
}

TEST_CASE("a duration is written in the largest unit that needs no decimals", "[config]")
{
    CHECK(format_duration(0ms) == "0s");
    CHECK(format_duration(1500ms) == "1500ms");
    CHECK(format_duration(90s) == "90s");
    CHECK(format_duration(120s) == "2m");
    CHECK(format_duration(24h) == "24h");
}

TEST_CASE("how far back something goes is said in years or days", "[config]")
{
    CHECK(taken(parse_reach("off", 30)) == 0ms);
    CHECK(taken(parse_reach("0", 30)) == 0ms);
    CHECK(taken(parse_reach("10y", 30)) == 87'660h);
    CHECK(taken(parse_reach("90d", 30)) == 90 * 24h);
    for (const auto* text :
         {"", "10", "y", "31y", "0d", "10950000d", "1.5y", "-1y", "10Y", "10h"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_reach(text, 30).has_value());
    }
    for (const auto* text : {"off", "1y", "10y", "30y", "1d", "400d", "3652d"})
        CHECK(format_reach(taken(parse_reach(text, 30))) == text);
}

TEST_CASE("a text that is no whole number is refused", "[config]")
{
    const auto text =
        GENERATE("ten", "1.0", "-1", "+1", " 1", "1 ", "0x10", "1e3", "1_000", "1,000");
    CAPTURE(text);
    const auto read = parse_count(text, 0, 10);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().reason() == "is not a whole number");
}

TEST_CASE("a whole number outside its limits is refused with the limit", "[config]")
{
    CHECK(parse_count("", 2, 10).error().reason() == "is empty");
    CHECK(parse_count("1", 2, 10).error().reason() == "is below 2");
    CHECK(parse_count("11", 2, 10).error().reason() == "is above 10");
    CHECK(parse_count("99999999999999999999", 2, 10).error().reason() == "is too large");
    CHECK(taken(parse_count("2", 2, 10)) == 2);
    CHECK(taken(parse_count("10", 2, 10)) == 10);
    CHECK(taken(parse_count("18446744073709551615", 0, UINT64_MAX)) == UINT64_MAX);
}

TEST_CASE("a text that is no finite number is refused", "[config]")
{
    const auto text = GENERATE("two", "nan", "inf", "-inf", "1e999", "0x10", "2%", " 2", "1,5");
    CAPTURE(text);
    const auto read = parse_decimal(text, 0, 50);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().reason() == "is not a number");
}

TEST_CASE("a number outside its limits is refused with the limit", "[config]")
{
    CHECK(parse_decimal("-0.1", 0, 50).error().reason() == "is below 0");
    CHECK(parse_decimal("50.1", 0, 50).error().reason() == "is above 50");
    CHECK(taken(parse_decimal("0.5", 0, 50)) == 0.5);
    CHECK(format_decimal(taken(parse_decimal("-0", 0, 50))) == "0");
}

TEST_CASE("a size is a number of bytes, KiB or MiB", "[config]")
{
    const auto text = GENERATE("8KB", "8kib", "8K", "8 KiB", "8GiB", "1.5KiB");
    CAPTURE(text);
    CHECK(parse_bytes(text, 0, 1 << 30).error().reason() == "is not a number of bytes, KiB or MiB");
    CHECK(parse_bytes("many", 0, 10).error().reason() == "is not a whole number");
    CHECK(parse_bytes("2MiB", 1024, 1024 * 1024).error().reason() == "is above 1MiB");
    CHECK(parse_bytes("1023", 1024, 1024 * 1024).error().reason() == "is below 1KiB");
    CHECK(parse_bytes("18446744073709551615MiB", 0, 1024).error().reason() == "is above 1KiB");
    CHECK(taken(parse_bytes("8KiB", 0, 1 << 30)) == 8192);
    CHECK(taken(parse_bytes("8193", 0, 1 << 30)) == 8193);
    CHECK(format_bytes(8192) == "8KiB");
    CHECK(format_bytes(8193) == "8193");
    CHECK(format_bytes(0) == "0");
}

TEST_CASE("a boolean is a word or a digit", "[config]")
{
    CHECK(parse_boolean("").error().reason() == "is empty");
    CHECK(parse_boolean("2").error().reason() == "is neither true nor false");
    CHECK(parse_boolean("on").error().reason() == "is neither true nor false");
    for (const auto* text : {"true", "TRUE", "yes", "1"})
        CHECK(taken(parse_boolean(text)));
    for (const auto* text : {"false", "False", "no", "0"})
        CHECK_FALSE(taken(parse_boolean(text)));
}

TEST_CASE("a list has items, no more than its limit, and none empty", "[config]")
{
    CHECK(parse_list("", 3).error().reason() == "is empty");
    CHECK(parse_list("  ", 3).error().reason() == "is empty");
    CHECK(parse_list("a,,b", 3).error().reason() == "has an empty item");
    CHECK(parse_list("a,", 3).error().reason() == "has an empty item");
    CHECK(parse_list(",", 3).error().reason() == "has an empty item");
    CHECK(parse_list("a,b,c,d", 3).error().reason() == "has more than 3 items");
    CHECK(taken(parse_list(" a ,b", 3)) == std::vector<std::string_view>{"a", "b"});
}

TEST_CASE("only a numeric address is one", "[config]")
{
    for (const auto* text :
         {"localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "[::1]", "::1%lo", " ::1",
          "127.0.0.1:80", "*"})
        CHECK_FALSE(parse_address(text).has_value());
    CHECK_FALSE(parse_address(std::string_view{"0.0.0.0\0x", 9}).has_value());
    for (const auto* text : {"0.0.0.0", "127.0.0.1", "::", "::1", "fe80::1", "::ffff:1.2.3.4"})
        CHECK(taken(parse_address(text)) == text);
}

TEST_CASE("a base URL that could not be asked is refused with the reason", "[config]")
{
    CHECK(why_no_url("") == "is empty");
    CHECK(why_no_url("api.coinbase.com") == "is not a URL");
    CHECK(why_no_url("https://a b") == "is not a URL");
    CHECK(why_no_url("https://a\r\nHost: b") == "is not a URL");
    CHECK(why_no_url("ftp://a") == "does not begin with http:// or https://");
    CHECK(why_no_url("file:///etc/passwd") == "does not begin with http:// or https://");
    CHECK(why_no_url("https:///v3") == "names no host");
    CHECK(why_no_url("https:v3") == "names no host");
    CHECK(why_no_url("https://user:secret@a") == "holds a user name or a password");
    CHECK(why_no_url("https://a:0") == "has a port that is not 1 to 65535");
    CHECK(why_no_url("https://a:65536") == "has a port that is not 1 to 65535");
    CHECK(why_no_url("https://a:") == "has a port that is not 1 to 65535");
    CHECK(why_no_url("https://a/?key=1") == "has a part after ? or #");
    CHECK(why_no_url("https://a/#x") == "has a part after ? or #");
    CHECK(why_no_url("https://" + std::string(2048, 'a')) == "is longer than 2048 bytes");
}

TEST_CASE("a base URL is kept as it stands, without the slash at its end", "[config]")
{
    CHECK(
        text_of(taken(parse_base_url("https://api.coingecko.com/api/v3/")), "http") ==
        "https://api.coingecko.com/api/v3");
    CHECK(text_of(taken(parse_base_url("http://[::1]:8443")), "http") == "http://[::1]:8443");
    CHECK(text_of(taken(parse_base_url("HTTP://127.0.0.1:1/")), "http") == "http://127.0.0.1:1");
}

TEST_CASE("a stream has a scheme of its own and is else written as other addresses", "[config]")
{
    const auto reason = [](std::string_view text) {
        const auto read = parse_socket_url(text);
        return read ? "taken" : read.error().reason();
    };
    CHECK(reason("https://example.com") == "does not begin with ws:// or wss://");
    CHECK(reason("wss://") != "taken");
    CHECK(reason("wss://me:hunter2@example.com") == "holds a user name or a password");
    CHECK(reason("wss://example.com/ws?key=1") == "has a part after ? or #");
    CHECK(reason("") == "is empty");
    CHECK(
        text_of(taken(parse_socket_url("wss://ws.kraken.com/v2")), "ws") ==
        "wss://ws.kraken.com/v2");
    CHECK(text_of(taken(parse_socket_url("ws://[::1]:9443/")), "ws") == "ws://[::1]:9443");
}

TEST_CASE("an origin is a scheme, a host and a port", "[config]")
{
    CHECK(
        why_no_origin("https://example.com/") ==
        "has a path; an origin ends after its host and port");
    CHECK(why_no_origin("example.com") == "is not a URL");
    CHECK(why_no_origin("null") == "is not a URL");
    CHECK(why_no_origin("*") == "is not a URL");
    CHECK(why_no_origin("chrome-extension://abc") == "does not begin with http:// or https://");
}

TEST_CASE("an origin is kept as browsers write it", "[config]")
{
    CHECK(taken(parse_origin("https://Example.COM")) == "https://example.com");
    CHECK(taken(parse_origin("https://example.com:443")) == "https://example.com");
    CHECK(taken(parse_origin("http://example.com:80")) == "http://example.com");
    CHECK(taken(parse_origin("http://example.com:443")) == "http://example.com:443");
    CHECK(taken(parse_origin("https://example.com:8443")) == "https://example.com:8443");
}
