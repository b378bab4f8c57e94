// What candles.db gives back, and that it never gives a candle that was not put.
#include "archive/candle_file.hpp"
#include "archive_fixture.hpp"
#include "support/effort.hpp"

#include <random>

namespace tickertape::archive::testing {
namespace {

using series::interval;

constexpr symbol_id btc{0};
constexpr symbol_id eth{1};
constexpr series::candle_time noon = std::chrono::floor<std::chrono::seconds>(morning + 2h);

candle_row made(symbol_id symbol, int minute, double shift = 0)
{
    const auto of = [&](double value) { return *price::from(value + minute + shift); };
    return {
        symbol,
        interval::m1,
        {noon + minute * 1min, of(1000.25), of(1002), of(999.5), of(1001), 7, minute % 5 == 0}};
}

candle_file::query all_of(symbol_id symbol, interval of = interval::m1)
{
    return {symbol, of, noon - 24h, noon + 240h};
}

std::vector<series::candle> values(const candle_file::answer& of)
{
    std::vector<series::candle> all;
    for (const auto& c : of.candles)
        all.push_back(c.value);
    return all;
}

std::vector<candle_row> minutes(int count, symbol_id symbol = btc)
{
    std::vector<candle_row> rows;
    for (int k = 0; k < count; ++k)
        if (k % 7 != 3)  // some have no ticks
            rows.push_back(made(symbol, k));
    return rows;
}

std::vector<series::candle> values(const std::vector<candle_row>& of)
{
    std::vector<series::candle> all;
    for (const auto& c : of)
        all.push_back(c.value);
    return all;
}

}  // namespace

TEST_CASE("candles are given as they were put, from either end of a range", "[archive]")
{
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    candle_file file{path, symbols(), true};
    const auto rows = minutes(50);
    CHECK(file.put(rows) == rows.size());
    file.set_closed_until(noon + 50min);
    candle_file from{path, symbols(), false};
    CHECK(from.closed_until() == noon + 50min);
    const auto all = from.read(all_of(btc));
    CHECK(values(all) == values(rows));
    CHECK(all.damaged.empty());
    CHECK_FALSE(all.before);
    CHECK_FALSE(all.has_more);
    CHECK(from.read(all_of(eth)).candles.empty());

    const candle_file::query few{btc, interval::m1, noon + 5min, noon + 40min, 3};
    const auto oldest = from.read(few);
    REQUIRE(oldest.candles.size() == 3);
    CHECK(oldest.candles[0].value == made(btc, 5).value);
    CHECK(oldest.before->value == made(btc, 4).value);
    CHECK(oldest.has_more);
    auto last = few;
    last.first = series::end::newest;
    const auto newest = from.read(last);
    REQUIRE(newest.candles.size() == 3);
    CHECK(newest.candles[2].value == made(btc, 39).value);
    CHECK(newest.before->value == made(btc, 35).value);
    CHECK(newest.has_more);
    CHECK(newest.damaged.empty());

    const auto late = from.read({btc, interval::m1, noon + 60min, noon + 90min, 3});
    CHECK(late.candles.empty());
    CHECK(late.before->value == made(btc, 49).value);
    const auto early = from.read({btc, interval::m1, noon - 60min, noon, 3, series::end::newest});
    CHECK(early.candles.empty());
    CHECK_FALSE(early.before);
}

TEST_CASE("a candle that was fetched stands in for one of our own only if asked to", "[archive]")
{
    const temporary_directory place;
    candle_file file{place.path() / "candles.db", symbols(), true};
    const auto ours = minutes(3);
    REQUIRE(file.put(ours) == 3);
    std::vector<candle_row> fetched;
    for (int k = -3; k < 5; ++k)
        fetched.push_back(made(btc, k, 0.5));
    CHECK(file.put(fetched, "coinbase") == 5);
    auto all = file.read(all_of(btc));
    REQUIRE(all.candles.size() == 8);
    CHECK(all.damaged.empty());
    CHECK(all.candles[2].source == "coinbase");
    CHECK(all.candles[3].source.empty());
    CHECK(all.candles[3].value == ours[0].value);
    CHECK(all.candles[7].source == "coinbase");
    CHECK(file.put(fetched, "kraken", true) == 8);
    CHECK(file.read(all_of(btc)).candles[3].source == "kraken");
    // Ours always do.
    CHECK(file.put(ours) == 3);
    all = file.read(all_of(btc));
    CHECK(all.candles[3].source.empty());
    CHECK(all.damaged.empty());
}

TEST_CASE("our own candles after a time are removed, those that were fetched stay", "[archive]")
{
    const temporary_directory place;
    candle_file file{place.path() / "candles.db", symbols(), true};
    const auto rows = minutes(10);
    REQUIRE(file.put(rows) == rows.size());
    const candle_row other = made(btc, 20);
    REQUIRE(file.put({&other, 1}, "coinbase") == 1);
    const candle_row day{btc, interval::d1, made(btc, -720).value};
    REQUIRE(file.put({&day, 1}) == 1);
    file.remove_own_after(noon + 5min);
    const auto all = file.read(all_of(btc));
    REQUIRE(all.candles.size() == 5);
    CHECK(all.candles[3].value == made(btc, 4).value);
    CHECK(all.candles[4].source == "coinbase");
    CHECK(all.damaged.empty());
    CHECK(file.read(all_of(btc, interval::d1)).candles.empty());
    CHECK(file.put(rows) == rows.size());
    CHECK(file.read(all_of(btc)).candles.size() == 10);
    CHECK(file.read(all_of(btc)).damaged.empty());
}

TEST_CASE("1m candles that were dropped are no damage", "[archive]")
{
    const temporary_directory place;
    candle_file file{place.path() / "candles.db", symbols(), true};
    const auto rows = minutes(20);
    REQUIRE(file.put(rows) == rows.size());
    CHECK(file.oldest_minute() == noon);
    CHECK(file.drop_minutes_before(noon + 10min, 4) == 4);
    CHECK(file.drop_minutes_before(noon + 10min, 100) == 5);
    CHECK(file.drop_minutes_before(noon + 10min, 100) == 0);
    const auto all = file.read(all_of(btc));
    CHECK(all.candles.front().value == made(btc, 11).value);
    CHECK(all.damaged.empty());
    CHECK(file.oldest_minute() == noon + 11min);
}

TEST_CASE("a row that is changed or gone is damage, and the others are given", "[archive]")
{
    const auto change = GENERATE(
        "UPDATE candles SET high = high + 1e-9 WHERE time = T",
        "UPDATE candles SET ticks = 8 WHERE time = T",
        "UPDATE candles SET overlaps_hole = 1 WHERE time = T",
        "UPDATE candles SET source = 1 WHERE time = T",
        "UPDATE candles SET interval = 300 WHERE time = T",
        "UPDATE candles SET \"check\" = \"check\" + 1 WHERE time = T",
        "UPDATE candles SET time = time + 1 WHERE time = T", "DELETE FROM candles WHERE time = T");
    INFO(change);
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    auto rows = minutes(20);
    const auto hit = noon + 8min;
    {
        candle_file file{path, symbols(), true};
        REQUIRE(file.put(rows) == rows.size());
        auto sql = std::string{change};
        sql.replace(sql.rfind('T'), 1, std::to_string(hit.time_since_epoch().count()));
        database{path, database::access::write}.run(sql);
        const auto all = file.read(all_of(btc));
        CHECK(all.candles.size() == rows.size() - 1);
        REQUIRE(all.damaged.size() == 1);
        CHECK(all.damaged[0].from <= hit);
        CHECK(all.damaged[0].until > hit);
        CHECK(all.damaged[0].until - all.damaged[0].from <= 2min);
        // It is put anew.
        file.remove_damaged(all.damaged[0]);
        const auto anew = made(btc, 8);
        CHECK(file.put({&anew, 1}) == 1);
        CHECK(values(file.read(all_of(btc))) == values(rows));
        CHECK(file.read(all_of(btc)).damaged.empty());
    }
}

TEST_CASE(
    "no flipped bit of candles.db makes a wrong candle, and none is left out in silence",
    "[archive]")
{
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    std::vector<candle_row> rows;
    {
        candle_file file{path, symbols(), true};
        for (const auto symbol : symbols().all()) {
            const auto of_one = minutes(60, symbol);
            REQUIRE(file.put(of_one) == of_one.size());
            rows.insert(rows.end(), of_one.begin(), of_one.end());
        }
        file.finish();
    }
    const auto bytes = bytes_of(path);
    std::mt19937 random{20261121};
    int given = 0;
    const int turns = tickertape::testing::rounds(1'500, 200);
    for (int turn = 0; turn < turns; ++turn) {
        write_bytes(path, bytes);
        const auto bit = random() % (bytes.size() * 8);
        flip_bit(path, bit);
        INFO("bit " << bit);
        try {
            candle_file file{path, symbols(), false};
            for (const auto symbol : symbols().all()) {
                const auto all = file.read({symbol, interval::m1, noon, noon + 60min});
                for (const auto& r : rows) {
                    if (r.symbol != symbol)
                        continue;
                    const auto at = std::ranges::find(
                        all.candles, r.value.opens, [](const auto& c) { return c.value.opens; });
                    if (at != all.candles.end()) {
                        CHECK(at->value == r.value);
                        ++given;
                        continue;
                    }
                    const bool is_told = std::ranges::any_of(all.damaged, [&](const auto& d) {
                        return d.from <= r.value.opens && r.value.opens < d.until;
                    });
                    CHECK(is_told);
                }
                CHECK(all.candles.size() <= rows.size() / 4);
            }
        } catch (const thrown_failure& e) {
            CHECK(e.said().code != archive_errc::in_use);
        }
    }
    CHECK(given > turns * 133);
}

TEST_CASE("last rows that are gone are damage, also after more have been put", "[archive]")
{
    const bool is_noted = GENERATE(true, false);
    const int left = GENERATE(0, 1, 12);
    INFO(left << " are left");
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    const auto rows = minutes(20);
    {
        candle_file file{path, symbols(), true};
        REQUIRE(file.put(rows) == rows.size());
        file.set_closed_until(noon + 20min);
    }
    const auto from = left == 0 ? noon : rows[static_cast<std::size_t>(left)].value.opens;
    database{path, database::access::write}.run(
        "DELETE FROM candles WHERE time >= " + std::to_string(from.time_since_epoch().count()) +
        (is_noted ? "" : "; DELETE FROM newest"));
    const auto check = [&](candle_file& file, std::size_t given) {
        for (const auto first : {series::end::oldest, series::end::newest}) {
            auto asked = all_of(btc);
            asked.first = first;
            const auto all = file.read(asked);
            CHECK(all.candles.size() == given);
            REQUIRE(all.damaged.size() == 1);
            CHECK(all.damaged[0].from <= from);
            CHECK(all.damaged[0].until >= noon + 20min);
        }
    };
    candle_file other{path, symbols(), false};
    check(other, static_cast<std::size_t>(left));
    candle_file file{path, symbols(), true};
    if (is_noted)
        CHECK(file.lost_ends().size() == 1);
    else
        CHECK(file.lost_ends().size() >= 1);
    for (const auto& end : file.lost_ends())
        if (end.where.of == interval::m1 && end.where.symbol == btc)
            file.keep_lost(end.where);
    check(file, static_cast<std::size_t>(left));
    const auto more = made(btc, 25);
    CHECK(file.put({&more, 1}) == 1);
    check(file, static_cast<std::size_t>(left) + 1);
}

TEST_CASE("a candles.db of the version before notes its newest candles when opened", "[archive]")
{
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    const auto rows = minutes(20);
    {
        candle_file file{path, symbols(), true};
        REQUIRE(file.put(rows) == rows.size());
        file.finish();
    }
    {
        database older{path, database::access::write};
        older.run("DROP TABLE newest; DELETE FROM facts WHERE name = 'symbols'");
        older.set_schema_version(1);
    }
    candle_file file{path, symbols(), true};
    CHECK(values(file.read(all_of(btc))) == values(rows));
    CHECK(file.read(all_of(btc)).damaged.empty());
    CHECK(file.lost_ends().empty());
    database{path, database::access::write}.run("DELETE FROM candles WHERE time % 86400 > 43900");
    CHECK(file.lost_ends().size() == 1);
}

TEST_CASE("a symbol that is gone from candles.db is damage, and is found by its rows", "[archive]")
{
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    const auto rows = minutes(20, eth);
    {
        candle_file file{path, symbols(), true};
        REQUIRE(file.put(minutes(20)));
        REQUIRE(file.put(rows));
    }
    database{path, database::access::write}.run("DELETE FROM symbols WHERE name = 'ETH-USD'");
    CHECK_THROWS_AS((candle_file{path, symbols(), false}.read(all_of(eth))), thrown_failure);
    candle_file file{path, symbols(), true};
    CHECK(values(file.read(all_of(eth))) == values(rows));
}

TEST_CASE("a candles.db that cannot be read everywhere is made anew of what verifies", "[archive]")
{
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    std::size_t put = 0;
    {
        candle_file file{path, symbols(), true};
        for (const auto symbol : symbols().all())
            put += file.put(minutes(400, symbol));
        file.set_closed_until(noon + 400min);
        file.set_era(noon);
        file.finish();
    }
    auto bytes = bytes_of(path);
    const auto page = bytes.size() / 4096 / 2;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * 4096), 4096, '\0');
    write_bytes(path, bytes);
    const auto kept = candle_file::make_anew(path, symbols()).candles;
    CHECK(kept > put * 9 / 10);
    CHECK(kept < put);
    CHECK(fs::exists(place.path() / "damaged" / "candles.db"));
    candle_file file{path, symbols(), true};
    CHECK(file.closed_until() == noon + 400min);
    CHECK(file.era() == noon);
    std::size_t given = 0;
    for (const auto symbol : symbols().all())
        given += file.read(all_of(symbol)).candles.size();
    CHECK(given == kept);
}

TEST_CASE("a name that is damaged is found again by the rows that use it", "[archive]")
{
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    const auto rows = minutes(20, eth);
    {
        candle_file file{path, symbols(), true};
        REQUIRE(file.put(minutes(20)));
        REQUIRE(file.put(rows));
    }
    database{path, database::access::write}.run(
        "UPDATE symbols SET name = 'ETH-USC' WHERE name = 'ETH-USD'");
    CHECK_THROWS_AS((candle_file{path, symbols(), false}.read(all_of(eth))), thrown_failure);
    candle_file file{path, symbols(), true};
    CHECK(values(file.read(all_of(eth))) == values(rows));
}

}  // namespace tickertape::archive::testing
