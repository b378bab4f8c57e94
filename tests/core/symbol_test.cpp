#include "core/symbol.hpp"

#include "support/catch.hpp"

using namespace tickertape;

TEST_CASE("a text that is not BASE-QUOTE is no symbol", "[core]")
{
    const auto text = GENERATE(
        "", "-", "BTC", "BTCUSD", "BTC-", "-USD", "BTC--USD", "BTC-USD-EUR", "BTC/USD", "BTC_USD",
        " BTC-USD", "BTC-USD ", "BTC -USD", "BT\"C-USD", "B\xc3\x84R-USD", "../..-USD",
        "ABCDEFGHIJKLMNOPQ-USD", "BTC-ABCDEFGHIJKLMNOPQ", "*");
    CAPTURE(text);
    const auto read = normalized_symbol(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error() == core_errc::bad_symbol);
}

TEST_CASE("a symbol longer than any is refused, however long", "[core]")
{
    CHECK_FALSE(normalized_symbol("BTC-USD" + std::string(100'000, 'X')).has_value());
    CHECK_FALSE(normalized_symbol("ABCDEFGHIJKLMNOP-ABCDEFGHIJKLMNOPQ").has_value());
    CHECK_FALSE(normalized_symbol("ABCDEFGHIJKLMNOP-ABCDEFGHIJKLMNOP-").has_value());
    CHECK_FALSE(normalized_symbol(std::string_view{"BTC-USD\0", 8}).has_value());
}

TEST_CASE("a symbol is read in any case and kept in capitals", "[core]")
{
    CHECK(normalized_symbol("btc-usd").value() == "BTC-USD");
    CHECK(normalized_symbol("Btc-Usd").value() == "BTC-USD");
    CHECK(normalized_symbol("1inch-usdt").value() == "1INCH-USDT");
    CHECK(
        normalized_symbol("abcdefghijklmnop-ABCDEFGHIJKLMNOP").value() ==
        "ABCDEFGHIJKLMNOP-ABCDEFGHIJKLMNOP");
}

TEST_CASE("a table without a symbol, or with a bad one, is refused", "[core]")
{
    CHECK(symbol_table::from({}).error() == core_errc::bad_symbol);
    const std::vector<std::string> names{"BTC-USD", "ETH"};
    CHECK(symbol_table::from(names).error() == core_errc::bad_symbol);
}

TEST_CASE("a table holds up to its limit, doubles not counted", "[core]")
{
    std::vector<std::string> names{"0-usd", "0-USD"};
    for (std::size_t i = 0; i < symbol_table::symbols_max; ++i)
        names.push_back(std::to_string(i).append("-USD"));
    CHECK(symbol_table::from(names).value().size() == symbol_table::symbols_max);
    names.emplace_back("ONE-MORE");
    CHECK(symbol_table::from(names).error() == core_errc::too_many_symbols);
}

TEST_CASE("symbols are numbered in the order they were given", "[core]")
{
    const std::vector<std::string> names{"eth-eur", "BTC-USD", "ETH-EUR"};
    const auto table = symbol_table::from(names).value();
    REQUIRE(table.size() == 2);
    const auto eth = table.all()[0];
    CHECK(index_of(eth) == 0);
    CHECK(table.name(eth) == "ETH-EUR");
    CHECK(table.base(eth) == "ETH");
    CHECK(table.quote(eth) == "EUR");
    CHECK(table.find("btc-usd") == symbol_id{1});
    CHECK(table.find("DOGE-USD") == std::nullopt);
    CHECK(table.find("nonsense") == std::nullopt);
}

TEST_CASE("a table may be copied and moved, and still finds its names", "[core]")
{
    const std::vector<std::string> names{"BTC-USD", "ETH-USD"};
    auto table = symbol_table::from(names).value();
    const auto copy = table;
    const auto moved = std::move(table);
    CHECK(copy.name(copy.find("eth-usd").value()) == "ETH-USD");
    CHECK(moved.name(moved.find("eth-usd").value()) == "ETH-USD");
}
