#include "web/price_text.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::web;

namespace {

std::string text_of(double value, std::string_view currency = "USD")
{
    return price_text(price::from(value).value(), currency);
}

}  // namespace

TEST_CASE("from one on a price has two decimals, and commas between thousands", "[web]")
{
    CHECK(text_of(69420.25) == "$69,420.25");
    CHECK(text_of(1) == "$1.00");
    CHECK(text_of(999) == "$999.00");
    CHECK(text_of(1000) == "$1,000.00");
    CHECK(text_of(1234567.5) == "$1,234,567.50");
    CHECK(text_of(123456789012.25) == "$123,456,789,012.25");
    CHECK(text_of(1e21) == "$1,000,000,000,000,000,000,000.00");
}

TEST_CASE("less than one has four digits from the first that is not zero on", "[web]")
{
    CHECK(text_of(0.5) == "$0.5000");
    CHECK(text_of(0.123) == "$0.1230");
    CHECK(text_of(0.12345) == "$0.1235");
    CHECK(text_of(0.1) == "$0.1000");
    CHECK(text_of(0.001) == "$0.001000");
    CHECK(text_of(0.00001234) == "$0.00001234");
    CHECK(text_of(0.000012345678) == "$0.00001235");
    CHECK(text_of(1e-12) == "$0.000000000001");
    CHECK(text_of(4e-13) == "$0.000000000000");
    CHECK(text_of(5e-324) == "$0.000000000000");
}

TEST_CASE("a price is rounded half up, as its digits are written", "[web]")
{
    CHECK(text_of(1.005) == "$1.01");
    CHECK(text_of(2.125) == "$2.13");
    CHECK(text_of(1.0049) == "$1.00");
    CHECK(text_of(999.995) == "$1,000.00");
    CHECK(text_of(9.999) == "$10.00");
    CHECK(text_of(0.99996) == "$1.0000");
    CHECK(text_of(0.0999996) == "$0.10000");
}

TEST_CASE("a currency has its sign, its code before the number, or its name behind it", "[web]")
{
    CHECK(text_of(1234.5, "EUR") == "€1,234.50");
    CHECK(text_of(1234.5, "GBP") == "£1,234.50");
    CHECK(text_of(1234.5, "INR") == "₹1,234.50");
    CHECK(text_of(1234.5, "JPY") == "¥1,234.50");
    CHECK(text_of(1234.5, "BRL") == "R$1,234.50");
    CHECK(text_of(1234.5, "SEK") == "kr\u00a01,234.50");
    CHECK(text_of(1234.5, "CHF") == "CHF\u00a01,234.50");
    CHECK(text_of(0.05, "BTC") == "BTC\u00a00.05000");
    CHECK(text_of(1234.5, "USDT") == "1,234.50 USDT");
    CHECK(text_of(1234.5, "1X2") == "1,234.50 1X2");
    CHECK(text_of(1234.5, "") == "1,234.50");
}
