#include "core/source.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <thread>

using namespace tickertape;

TEST_CASE("the table refuses a name past its limit and keeps those it has", "[core]")
{
    source_table table;
    for (std::size_t i = 0; i < source_table::sources_max; ++i)
        REQUIRE(table.intern("source-" + std::to_string(i)).has_value());
    CHECK(table.intern("one-too-many").error() == core_errc::too_many_sources);
    CHECK(table.intern("source-7").has_value());
    CHECK(table.name(table.intern("source-4095").value()) == "source-4095");
}

TEST_CASE("a number nobody was given has no name to leak", "[core]")
{
    const source_table table;
    CHECK(table.name(source_id{17}) == "unknown");
    CHECK(table.combined(source_id{17}) == 0);
}

TEST_CASE("a name has one number, however often it is given", "[core]")
{
    source_table table;
    const auto coinbase = table.intern("coinbase").value();
    const auto simulator = table.intern("simulator").value();
    CHECK(coinbase != simulator);
    CHECK(table.intern("coinbase").value() == coinbase);
    CHECK(table.name(coinbase) == "coinbase");
    CHECK(table.name(simulator) == "simulator");
}

TEST_CASE("a combination knows how many providers it combines, another source says none", "[core]")
{
    source_table table;
    const auto coinbase = table.intern("coinbase").value();
    const auto median = table.intern("median(coinbase,kraken,bitstamp)", 3).value();
    CHECK(table.combined(coinbase) == 0);
    CHECK(table.combined(median) == 3);
    CHECK(table.name(median) == "median(coinbase,kraken,bitstamp)");
    CHECK(table.intern("median(coinbase,kraken,bitstamp)", 3).value() == median);
}

TEST_CASE("a full table refuses a combination as it refuses a name", "[core]")
{
    source_table table;
    for (std::size_t i = 0; i < source_table::sources_max; ++i)
        REQUIRE(table.intern("source-" + std::to_string(i)).has_value());
    CHECK(table.intern("median(coinbase,kraken)", 2).error() == core_errc::too_many_sources);
}

TEST_CASE("a reader that got a number reads all of it while others are added", "[core]")
{
    source_table table;
    // The tape, in small: the number of names a reader may ask for.
    std::atomic<unsigned> published{0};
    std::atomic<bool> torn{false};
    constexpr unsigned names = 2000;
    std::thread reader{[&] {
        // acquire: pairs with the release below, as a tape's position does.
        for (unsigned n = 0; n < names; n = published.load(std::memory_order_acquire))
            if (n > 0 && (table.name(source_id{static_cast<std::uint16_t>(n - 1)}) !=
                              "name-" + std::to_string(n - 1) ||
                          table.combined(source_id{static_cast<std::uint16_t>(n - 1)}) != n))
                torn.store(true, std::memory_order_relaxed);  // relaxed: read after the join
    }};
    for (unsigned i = 0; i < names; ++i) {
        REQUIRE(
            table.intern("name-" + std::to_string(i), i + 1).value() ==
            source_id{static_cast<std::uint16_t>(i)});
        // release: a thread that sees the number finds the name.
        published.store(i + 1, std::memory_order_release);
    }
    reader.join();
    // relaxed: the join above orders it.
    CHECK_FALSE(torn.load(std::memory_order_relaxed));
}
