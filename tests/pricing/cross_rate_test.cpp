#include "pricing/cross_rate.hpp"

#include "core/errors.hpp"
#include "core/significant.hpp"
#include "core/text.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <random>

using namespace tickertape;
using namespace tickertape::pricing;

namespace {

const symbol_table& symbols()
{
    static const auto table =
        symbol_table::from(std::vector<std::string>{
                               "BTC-USD", "USD-INR", "BTC-INR", "GBP-USD", "BTC-GBP", "ETH-USD",
                               "ETH-BTC", "BTC-USDT", "USDT-INR", "ETH-INR", "USD-BTC"})
            .value();
    return table;
}

symbol_id id(std::string_view name)
{
    return symbols().find(name).value();
}

// As the setting is read: items between commas.
boost::system::result<std::vector<cross_rate>, cross_rate_error> read(std::string_view text)
{
    std::vector<cross_rate_names> items;
    for (const auto item : list_items(text)) {
        auto names = parse_cross_rate(item);
        REQUIRE(names);
        items.push_back(*std::move(names));
    }
    return resolve_cross_rates(items, symbols());
}

std::vector<cross_rate> parsed(std::string_view text)
{
    const auto all = read(text);
    REQUIRE(all.has_value());
    return *all;
}

std::string reason(std::string_view text)
{
    const auto all = read(text);
    return all ? "" : all.error().reason;
}

double derived(double left, double right, bool divides)
{
    return derived_price(*price::from(left), *price::from(right), divides).value().value();
}

}  // namespace

TEST_CASE("A text of another form is no cross rate", "[pricing]")
{
    for (const auto* item :
         {"", "BTC-INR", "BTC-INR=", "BTC-INR=BTC-USD", "BTC-USD*USD-INR",
          "BTC-USD*USD-INR=BTC-INR", "BTC-INR==BTC-USD*USD-INR", "BTC-INR=BTC-USD*USD-INR*USD-INR",
          "BTC-INR=BTC-USD*USD-INR=1", "BTC-INR=BTC-USD*/USD-INR", "BTC-INR=BTC-USD+USD-INR",
          "BTC-INR=*USD-INR", "BTC-INR=BTC-USD*1.5", "BTC-INR=\n\x01"}) {
        CAPTURE(item);
        CHECK_FALSE(parse_cross_rate(item));
    }
    CHECK_FALSE(parse_cross_rate(std::string(100'000, 'x')));
}

TEST_CASE("A cross rate is read in any case, with blanks, and written as one", "[pricing]")
{
    const auto read = parse_cross_rate(" btc-gbp = Btc-Usd / gbp-usd ");
    REQUIRE(read);
    CHECK(*read == cross_rate_names{"BTC-GBP", "BTC-USD", "GBP-USD", true});
    CHECK(read->text() == "BTC-GBP=BTC-USD/GBP-USD");
}

TEST_CASE("A cross rate of a symbol that is not configured is refused by name", "[feed]")
{
    CHECK(
        reason("BTC-EUR=BTC-USD/EUR-USD") ==
        "\"BTC-EUR=BTC-USD/EUR-USD\" needs \"BTC-EUR\", which is not one of SYMBOLS; every "
        "symbol named is");
    CHECK(
        reason("BTC-INR=BTC-USD*USD-EUR") ==
        "\"BTC-INR=BTC-USD*USD-EUR\" needs \"USD-EUR\", which is not one of SYMBOLS; every "
        "symbol named is");
}

TEST_CASE("A cross rate whose currencies do not cancel out is refused", "[feed]")
{
    for (const std::string item :
         {"BTC-INR=BTC-USD/USD-INR", "BTC-GBP=BTC-USD*GBP-USD", "BTC-INR=ETH-USD*USD-INR",
          "ETH-BTC=BTC-USD/ETH-USD", "BTC-INR=BTC-USDT*USD-INR", "BTC-INR=BTC-USD*USD-BTC",
          "ETH-USD=BTC-USD/BTC-USD", "ETH-BTC=BTC-USD*BTC-USD", "USD-BTC=BTC-USD/BTC-USD"})
        CHECK(
            reason(item) ==
            "\"" + item +
                "\" does not fit: the currencies of the legs must cancel out to those of the "
                "target, as in BTC-INR=BTC-USD*USD-INR and BTC-GBP=BTC-USD/GBP-USD");
}

TEST_CASE("A symbol is derived neither from itself nor twice nor from a derived one", "[feed]")
{
    CHECK(
        reason("BTC-USD=BTC-USD*USD-INR") ==
        "\"BTC-USD=BTC-USD*USD-INR\" derives a symbol from itself; both legs are other symbols");
    CHECK(
        reason("USD-INR=BTC-USD*USD-INR") ==
        "\"USD-INR=BTC-USD*USD-INR\" derives a symbol from itself; both legs are other symbols");
    CHECK(
        reason("BTC-INR=BTC-USD*USD-INR,btc-inr=BTC-USDT*USDT-INR") ==
        "\"BTC-INR=BTC-USDT*USDT-INR\" derives BTC-INR a second time; each symbol is derived "
        "once");
    const auto* const chained =
        "\"ETH-INR=ETH-BTC*BTC-INR\" needs BTC-INR, which is derived itself; legs are symbols that "
        "providers quote";
    CHECK(reason("BTC-INR=BTC-USD*USD-INR,ETH-INR=ETH-BTC*BTC-INR") == chained);
    CHECK(reason("ETH-INR=ETH-BTC*BTC-INR,BTC-INR=BTC-USD*USD-INR") == chained);
    CHECK(
        reason("BTC-INR=BTC-USD*USD-INR,ETH-INR=BTC-INR*ETH-BTC") ==
        "\"ETH-INR=BTC-INR*ETH-BTC\" needs BTC-INR, which is derived itself; legs are symbols that "
        "providers quote");
}

TEST_CASE("Derivations are read in any case, with blanks, in the order given", "[feed]")
{
    CHECK(parsed("").empty());
    CHECK(parsed("  ").empty());
    const auto all = parsed(" btc-inr = BTC-USD * usd-inr ,BTC-GBP=BTC-USD/GBP-USD");
    REQUIRE(all.size() == 2);
    CHECK(all[0] == cross_rate{id("BTC-INR"), id("BTC-USD"), id("USD-INR"), false});
    CHECK(all[1] == cross_rate{id("BTC-GBP"), id("BTC-USD"), id("GBP-USD"), true});
}

TEST_CASE("Legs fit in either order, and a stablecoin is a currency like any other", "[feed]")
{
    for (const auto* const item :
         {"BTC-INR=USD-INR*BTC-USD", "BTC-INR=BTC-USDT*USDT-INR", "ETH-BTC=ETH-USD/BTC-USD",
          "BTC-USD=ETH-USD/ETH-BTC", "ETH-USD=ETH-BTC*BTC-USD", "ETH-BTC=ETH-USD*USD-BTC",
          "ETH-USD=ETH-BTC/USD-BTC"})
        CHECK(reason(item).empty());
}

TEST_CASE("A derived price names both of its legs as its source", "[feed]")
{
    CHECK(
        source_text({id("BTC-INR"), id("BTC-USD"), id("USD-INR"), false}, symbols()) ==
        "derived(BTC-USD*USD-INR)");
    CHECK(
        source_text({id("BTC-GBP"), id("BTC-USD"), id("GBP-USD"), true}, symbols()) ==
        "derived(BTC-USD/GBP-USD)");
    CHECK(
        source_text(
            {id("BTC-INR"), id("BTC-USD"), id("USD-INR"), false}, symbols(), usd_standin::usdt) ==
        "derived(BTC-USD(USDT)*USD-INR)");
}

TEST_CASE("A derived price beyond all prices is none", "[feed]")
{
    const auto of = [](double left, double right, bool divides) {
        return derived_price(*price::from(left), *price::from(right), divides);
    };
    CHECK(of(1e10, 1e10, false).error() == core_errc::implausible_price);
    CHECK(of(1e308, 1e308, false).error() == core_errc::implausible_price);
    CHECK(of(1e-10, 1e-10, false).error() == core_errc::implausible_price);
    CHECK(of(1e-300, 1e-300, false).error() == core_errc::implausible_price);
    CHECK(of(1e300, 1e-300, true).error() == core_errc::implausible_price);
    CHECK(of(1e-300, 1e300, true).error() == core_errc::implausible_price);
}

TEST_CASE("A derived price shows no digits that its sources did not tell", "[feed]")
{
    CHECK(derived(102345.678, 83.4567, false) == 8541432.54514);  // exactly 8541432.5451426
    CHECK(derived(69420.25, 1.2345, true) == 56233.4953422);
    CHECK(derived(0.1, 3, false) == 0.3);  // in doubles 0.30000000000000004
    CHECK(derived(1, 3, true) == 0.333333333333);
    CHECK(derived(2, 3, true) == 0.666666666667);
}

TEST_CASE("A derived price is within half a unit of its twelfth digit", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    std::uniform_real_distribution<double> magnitude{-12, 12};
    for (int i = 0; i < 20'000; ++i) {
        const double left = std::exp(magnitude(random));
        const double right = std::exp(magnitude(random));
        for (const bool divides : {false, true}) {
            const double exact = divides ? left / right : left * right;
            const auto p = derived_price(*price::from(left), *price::from(right), divides);
            REQUIRE(p.has_value());
            REQUIRE(std::abs(p->value() - exact) <= 5.001e-12 * exact);
            const auto text = p->text();
            const auto mantissa = text.substr(0, text.find('e'));
            int digits = 0;
            bool is_leading = true;
            for (const char c : mantissa) {
                is_leading = is_leading && (c == '0' || c == '.');
                digits += !is_leading && c != '.';
            }
            // Whole numbers of more than 12 digits end in zeros.
            CAPTURE(text);
            REQUIRE((digits <= 12 || p->value() >= 1e12));
        }
    }
}

TEST_CASE("Rounding keeps the nearest decimal of so many digits", "[feed]")
{
    CHECK(rounded_to_digits(1234.5, 3) == 1230);
    CHECK(rounded_to_digits(0.1 + 0.2, 15) == 0.3);
    CHECK(rounded_to_digits(9.9999, 2) == 10);
    CHECK(rounded_to_digits(-1.2345678901234567e-308, 17) == -1.2345678901234567e-308);
    CHECK(rounded_to_digits(0, 12) == 0);
    CHECK(rounded_to_digits(1e14 + 0.5, 15) == 1e14);
}
