// Candles of ticks that came to times of before.
#include "archive/survey.hpp"
#include "archive/tick_import.hpp"
#include "kept_candles.hpp"

namespace {

using namespace tickertape;
using namespace tickertape::archive;
using namespace tickertape::archive::testing;

constexpr std::chrono::days day{1};
constexpr auto afterwards = morning + 40 * day;

std::vector<tape::past_tick> some_of_day(int number, int count = 400)
{
    return random_ticks(morning + number * day, count, 90s, static_cast<unsigned>(number + 100));
}

std::vector<tape::past_tick> some_of_days(int first, int count)
{
    std::vector<tape::past_tick> all;
    for (int d = first; d < first + count; ++d) {
        const auto more = some_of_day(d, 200);
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

// Puts whole days into the store of `to`, whose keeper has been told to expect them.
void adopt(candles_of& to, const std::vector<tape::past_tick>& ticks)
{
    auto begun = tick_import::begin(to.directory.string() + ".import.tmp");
    REQUIRE(begun);
    for (const auto& t : ticks)
        REQUIRE((*begun)->add(
            {symbols().name(t.symbol), t.value, t.at.time(), t.source, t.combined, t.at}));
    const auto plan = (*begun)->plan(*look_at(to.directory, feed_kind::live), symbols());
    REQUIRE(plan);
    const auto ran =
        (*begun)->run(*to.archive, feed_kind::live, symbols(), *plan, [](const auto&) {});
    if (!ran)
        FAIL(ran.error().text);
}

void expect(candles_of& in, const std::vector<tape::past_tick>& ticks)
{
    REQUIRE(in.keeper->expect(day_of(ticks.front().at), day_of(ticks.back().at)));
}

void finish(candles_of& in)
{
    REQUIRE(in.keeper->catch_up(1'000'000));
    REQUIRE(in.keeper->close_by(afterwards));
}

// The candles that one makes who has all the ticks and no candle.
std::vector<table_row> made_of_ticks_alone(const candles_of& like, const fs::path& directory)
{
    fs::copy(like.directory, directory, fs::copy_options::recursive);
    for (const auto* end : {"", "-wal", "-shm"})
        fs::remove(directory / (std::string{"candles.db"} + end));
    fs::remove(directory / "LOCK");
    candles_of apart{directory, afterwards};
    apart.start();
    REQUIRE(apart.keeper->close_by(afterwards));
    return apart.table();
}

// An archive with own ticks of days 20 to 22.
struct with_past {
    with_past() : held{directory.path() / "live", morning + 20 * day}
    {
        held.start();
        held.append(own);
        REQUIRE(held.archive->seal_finished_days(afterwards));
        finish(held);
    }
    std::vector<table_row> from_scratch()
    {
        return made_of_ticks_alone(held, directory.path() / "apart");
    }

    temporary_directory directory;
    std::vector<tape::past_tick> own = some_of_days(20, 3);
    candles_of held;
};

}  // namespace

TEST_CASE("candles of imported ticks are those that the server would have made", "[archive]")
{
    with_past archive;
    auto& held = archive.held;
    // Long before, right before, and after.
    for (const auto& old : {some_of_days(2, 3), some_of_days(17, 3), some_of_days(24, 2)}) {
        expect(held, old);
        adopt(held, old);
        finish(held);
    }
    const auto rows = held.table();
    check_same(rows, archive.from_scratch());

    std::vector<tape::past_tick> all;
    for (const auto& some :
         {some_of_days(2, 3), some_of_days(17, 3), archive.own, some_of_days(24, 2)})
        all.insert(all.end(), some.begin(), some.end());
    std::vector<series::hole> holes;
    const auto found = look_at(held.directory, feed_kind::live);
    REQUIRE(found);
    for (const auto& h : found->held.holes)
        holes.push_back({h.from, h.to});
    CHECK(holes.size() == 3);
    check_same(rows, computed(all, afterwards - 1h, holes));

    SECTION("once more changes nothing")
    {
        const auto old = some_of_days(2, 3);
        expect(held, old);
        adopt(held, old);
        finish(held);
        check_same(held.table(), rows);
    }
}

TEST_CASE("an import that ends at any moment leaves candles that the next start makes", "[archive]")
{
    const auto steps = GENERATE(-2, -1, 0, 1, 2, 3, 4, 5);
    with_past archive;
    auto& held = archive.held;
    const auto old = some_of_days(16, 4);
    expect(held, old);
    const auto restart = [&] {
        held.keeper.reset();
        held.start();
    };
    if (steps == -2)
        restart();  // before a tick has come: the same import follows
    if (steps == -2)
        expect(held, old);
    adopt(held, old);
    if (steps >= 0)
        held.keeper->catch_up(steps);
    restart();
    finish(held);
    check_same(held.table(), archive.from_scratch());
}

TEST_CASE("fetched candles give way to those of imported ticks, and stay elsewhere", "[archive]")
{
    with_past archive;
    auto& held = archive.held;
    held.keeper->on_end();
    const auto opens = series::bucket_open(series::interval::d1, morning);
    const auto one = *price::from(1.0);
    {
        candle_file file{held.directory / "candles.db", symbols(), true};
        for (int d = 0; d < 20; ++d)
            file.put(
                std::vector<candle_row>{
                    {symbol_id{0}, series::interval::d1, {opens + d * day, one, one, one, one, 0}}},
                "coinbase");
    }
    const auto old = some_of_days(3, 2);
    expect(held, old);
    adopt(held, old);
    finish(held);
    const auto days = held.read(symbol_id{0}, series::interval::d1).candles;
    int fetched = 0;
    for (const auto& c : days) {
        const bool is_old = c.value.opens == opens + 3 * day || c.value.opens == opens + 4 * day;
        const bool is_first_days = c.value.opens < opens + 20 * day;
        fetched += is_first_days && !is_old;
        CHECK(c.source == (is_first_days && !is_old ? "coinbase" : ""));
    }
    CHECK(fetched == 18);
}

TEST_CASE("candles of ticks that were dropped do not give way to those of fewer", "[archive]")
{
    with_past archive;
    auto& held = archive.held;
    const auto old = some_of_days(3, 2);
    expect(held, old);
    adopt(held, old);
    finish(held);
    const auto rows = held.table();
    REQUIRE(held.archive->drop_days_before(day_of(old.back().at) + day));
    auto few = old;
    std::erase_if(few, [](const auto& t) { return t.at.ms() % 3 == 0; });
    expect(held, few);
    adopt(held, few);
    finish(held);
    std::size_t same = 0;
    const auto now = held.table();
    REQUIRE(now.size() == rows.size());
    for (std::size_t k = 0; k < rows.size(); ++k) {
        CHECK(std::get<2>(now[k]).ticks == std::get<2>(rows[k]).ticks);
        same += now[k] == rows[k];
    }
    CHECK(same > rows.size() / 2);
}
