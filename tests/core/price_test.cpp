#include "core/price.hpp"

#include "support/catch.hpp"

#include <bit>
#include <cstdint>
#include <limits>
#include <random>

using namespace tickertape;

TEST_CASE("a text that is not a finite number is no price", "[core]")
{
    const auto text = GENERATE(
        "", " ", "abc", "NaN", "nan", "inf", "-inf", "infinity", "1e400", "0x10", "1,5",
        "69420.25 ", " 69420.25", "+1", "1e", "1.2.3", "--1", "$5", "1_000");
    CAPTURE(text);
    const auto read = price::parse(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error() == core_errc::bad_price);
}

TEST_CASE("a price that is not above zero is refused", "[core]")
{
    const auto text = GENERATE("0", "0.0", "-0", "-1", "-69420.25", "0e5");
    CAPTURE(text);
    const auto read = price::parse(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error() == core_errc::price_not_positive);
}

TEST_CASE("a number that is not finite is no price", "[core]")
{
    using limits = std::numeric_limits<double>;
    CHECK(price::from(limits::quiet_NaN()).error() == core_errc::bad_price);
    CHECK(price::from(limits::infinity()).error() == core_errc::bad_price);
    CHECK(price::from(-limits::infinity()).error() == core_errc::bad_price);
}

TEST_CASE("the difference of two prices is that of the numbers they are written as", "[core]")
{
    const auto between = [](const char* to, const char* from) {
        return difference(*price::parse(to), *price::parse(from));
    };
    CHECK(between("66419.65", "63320.99") == 3098.66);
    CHECK(between("63320.99", "66419.65") == -3098.66);
    CHECK(between("0.3", "0.1") == 0.2);
    CHECK(between("1.1", "1.1") == 0);
    CHECK(between("1000", "0.001") == 999.999);
    CHECK(between("100000", "0.00000001") == 99999.99999999);
    CHECK(between("0.00001234", "0.00001233") == 1e-8);
    CHECK(between("1e308", "5e-324") == 1e308);
    CHECK(between("1.7976931348623157e308", "1e308") == 7.976931348623157e307);
    CHECK(between("1e-323", "5e-324") == 5e-324);
}

TEST_CASE("the difference of prices in cents is one in cents", "[core]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    for (int k = 0; k < 20'000; ++k) {
        const auto a = static_cast<std::int64_t>(random() % 10'000'000'000 + 1);
        const auto b = static_cast<std::int64_t>(random() % 10'000'000'000 + 1);
        const auto cents = [](std::int64_t n) {
            return *price::from(static_cast<double>(n) / 100);
        };
        REQUIRE(difference(cents(a), cents(b)) == static_cast<double>(a - b) / 100);
    }
}

TEST_CASE("a price is written as the provider wrote it", "[core]")
{
    const auto text = GENERATE(
        "69420.25", "88927", "0.1", "1e-08", "2.5e-07", "123456789.012345", "0.00012", "1.0000001");
    CHECK(price::parse(text).value().text() == text);
}

TEST_CASE("the longest text of a price fits its buffer", "[core]")
{
    for (const double value :
         {std::numeric_limits<double>::max(), std::numeric_limits<double>::min(),
          std::numeric_limits<double>::denorm_min(), 2.2250738585072014e-308,
          1.7976931348623157e308}) {
        const auto text = price::from(value).value().text();
        CAPTURE(text);
        CHECK(text.size() <= price::text_bytes_max);
        CHECK(price::parse(text).value().value() == value);
    }
}

TEST_CASE("any price reads back as the same double", "[core]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    for (int i = 0; i < 20'000; ++i) {
        const auto made = price::from(std::bit_cast<double>(random()));
        if (!made)
            continue;
        const auto text = made->text();
        const auto read = price::parse(text);
        if (!read || *read != *made || text.size() > price::text_bytes_max) {
            CAPTURE(text);
            FAIL("a price that does not read back");
        }
    }
}
