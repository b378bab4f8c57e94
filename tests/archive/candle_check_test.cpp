// What the keeper of candles does about damage that nobody has met, and at a start.
#include "archive/candle_survey.hpp"
#include "kept_candles.hpp"

namespace tickertape::archive::testing {
namespace {

using series::interval;

}  // namespace

TEST_CASE("candles that were over before a start are closed at once", "[archive]")
{
    const temporary_directory place;
    std::optional<candles_of> at;
    at.emplace(place.path());
    at->start();
    const auto ticks = random_ticks(morning, 100, 1s, 9);
    at->append(ticks);
    at.reset();
    const auto now = ticks.back().at.time() + std::chrono::days{8};
    at.emplace(place.path(), now);
    at->start();
    at->tick_over(0ms);
    const auto view = at->keeper->board().look(symbol_id{0});
    CHECK(view.closed_until == bucket_open(interval::m1, now - 10s));
    for (const auto of : series::intervals)
        CHECK_FALSE(forming_of(view.builders, of));
    check_same(at->table(), computed(ticks, now));
}

TEST_CASE("the hole up to a start takes no candle away", "[archive]")
{
    const temporary_directory place;
    std::optional<candles_of> at;
    at.emplace(place.path());
    at->start();
    const auto ticks = random_ticks(morning, 3'000, 1s, 9);
    at->append(ticks);
    const auto now = ticks.back().at.time() + std::chrono::days{8};
    at.reset();
    at.emplace(place.path(), now);
    const hole since{ticks.back().at, position::at(now).previous(), hole_reason::not_archived};
    const hole before{{}, ticks.front().at.previous(), hole_reason::not_archived};
    REQUIRE(at->archive->record_hole(since));
    REQUIRE(at->archive->record_hole(before));
    at->start();
    at->tick_over(0ms);
    const auto closed = at->table();
    // The recorder tells them with the first tick.
    at->keeper->on_hole(since);
    at->keeper->on_hole(before);
    check_same(at->table(), closed);
    CHECK_FALSE(at->keeper->board().look(symbol_id{0}).is_behind);
    CHECK(at->keeper->now().opened_again.value() <= 1);
}

TEST_CASE("what is lost of a damaged candles.db is told, and the file is put away", "[archive]")
{
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    std::size_t put = 0;
    {
        candle_file file{path, symbols(), true};
        std::vector<candle_row> rows;
        const auto first =
            std::chrono::floor<std::chrono::seconds>(morning) - std::chrono::days{30};
        for (int k = 0; k < 43'200; ++k)
            rows.push_back(
                {symbol_id{0},
                 interval::m1,
                 {first + k * 1min, *price::from(100), *price::from(101), *price::from(99),
                  *price::from(100), 7}});
        put = file.put(rows);
        file.set_closed_until(first + 43'200min);
        // Nothing says that they can be made anew.
        file.finish();
    }
    const bool is_running = GENERATE(false, true);
    candles_of at{place.path()};
    if (is_running)
        at.start();
    std::mt19937 random{7};
    {
        std::fstream f{path, std::ios::in | std::ios::out | std::ios::binary};
        const auto size = fs::file_size(path);
        f.seekp(static_cast<std::streamoff>(size / 4));
        for (int k = 0; k < 20'000; ++k)
            f.put(static_cast<char>(random()));
        f.seekp(static_cast<std::streamoff>(size / 4 * 3));
        for (int k = 0; k < 20'000; ++k)
            f.put(static_cast<char>(random()));
    }
    if (!is_running)
        at.start();
    if (is_running)
        at.keeper->board().report_unreadable();
    for (int turn = 0; turn < 12; ++turn)
        at.tick_over(5s);
    const auto found = at.read(symbol_id{0}, interval::m1);
    CHECK(found.candles.size() > put * 9 / 10);
    CHECK(found.damaged.size() == 2);
    // The file as a whole, and what was lost of it.
    REQUIRE(at.lost.size() == 2);
    CHECK(at.lost[0].find("damaged/candles.db") != std::string::npos);
    CHECK(at.lost[1].find("those of 1m of BTC-USD from ") != std::string::npos);
    CHECK(at.lost[1].find("and 1 more ranges") != std::string::npos);
    CHECK(at.keeper->now().not_repaired.value() == 2);
    CHECK(at.keeper->now().repaired.value() == 0);
    CHECK(
        at.keeper->now().held[static_cast<std::size_t>(interval::m1)].candles ==
        found.candles.size());
    CHECK(fs::exists(place.path() / "damaged" / "candles.db"));
    // It is told once, and no reason against a backup.
    const auto findings = verify_candles(path);
    REQUIRE(findings.size() == 2);
    CHECK_FALSE(findings[0].is_wrong);
    CHECK(last_loss_in(path) != wall_time{});
    at.start();
    for (int turn = 0; turn < 12; ++turn)
        at.tick_over(5s);
    CHECK(at.keeper->now().checks.value() == 1);
    CHECK(at.keeper->now().not_repaired.value() == 0);
    CHECK(at.lost.size() == 2);
}

TEST_CASE("candles that nobody asks for are verified after a start, and made anew", "[archive]")
{
    const temporary_directory place;
    std::optional<candles_of> at;
    at.emplace(place.path());
    at->start();
    const auto ticks = random_ticks(morning, 8'000, 10s, 9);
    at->append(ticks);
    const auto whole = at->table();
    at.reset();
    database{place.path() / "candles.db", database::access::write}.run(
        "UPDATE candles SET high = high + 1 WHERE interval IN (60, 3600) AND time % 3600 = 0");
    CHECK(verify_candles(place.path() / "candles.db").size() > 3);
    at.emplace(place.path(), ticks.back().at.time());
    at->start();
    at->tick_over(100ms);
    check_same(at->table(), whole);
    CHECK(at->keeper->now().repaired.value() > 0);
    CHECK(verify_candles(place.path() / "candles.db").empty());
}

}  // namespace tickertape::archive::testing
