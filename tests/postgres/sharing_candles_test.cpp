// Candles of an archive that several instances share.
#include "archive/candle_keeper.hpp"

#include "shared_archive.hpp"

using namespace tickertape;
using namespace tickertape::postgres;
using namespace tickertape::postgres::testing;

TEST_CASE("candles of a shared archive are kept by the instance that writes it", "[sharing]")
{
    const shared_archive of;
    auto writer = of.open();
    const auto follower = of.open();
    const auto minute = std::chrono::floor<std::chrono::seconds>(morning);
    const std::vector<archive::candle_row> rows{
        {symbol_id{1},
         series::interval::m1,
         {minute, *price::from(1.0), *price::from(3.0), *price::from(0.5), *price::from(2.0), 7,
          false}}};
    const auto kept = writer->candles().open(symbols(), true);
    const auto seen = follower->candles().open(symbols(), true);
    CHECK_FALSE(kept->is_kept_elsewhere());
    CHECK(seen->is_kept_elsewhere());
    seen->begin();
    CHECK(seen->put(rows) == 0);
    seen->set_closed_until(minute + 1min);
    seen->commit();
    CHECK(seen->closed_until() == series::candle_time{});
    kept->begin();
    CHECK(kept->put(rows) == 1);
    kept->set_closed_until(minute + 1min);
    kept->commit();
    CHECK(seen->closed_until() == minute + 1min);
    CHECK(
        seen->read({symbol_id{1}, series::interval::m1, minute, minute + 1min}).candles.size() ==
        1);

    CHECK(seen->is_current());
    writer.reset();
    REQUIRE(follower->append(ticks_from(morning, 1)));
    CHECK(follower->writes());
    CHECK_FALSE(seen->is_current());
    CHECK_FALSE(follower->candles().open(symbols(), true)->is_kept_elsewhere());
    // The one that was is refused.
    CHECK_THROWS_AS(kept->begin(), archive::thrown_failure);
}

namespace {

struct set_clock final : tickertape::clock {
    wall_time wall = morning;
    steady_time steady{};
    wall_time wall_now() const noexcept override { return wall; }
    steady_time steady_now() const noexcept override { return steady; }
    void pass(std::chrono::milliseconds time)
    {
        wall += time;
        steady += time;
    }
};

// A store as a recorder drives it, with the keeper of its candles.
struct recorded {
    set_clock time;
    std::unique_ptr<store> ticks;
    std::unique_ptr<archive::tick_reader> reader = ticks->reader_of(symbols());
    std::vector<std::string> said;
    archive::candle_keeper keeper{
        {ticks->candles(), symbols(),
         [this](const tape::past_query& query) { return reader->read(query); }, ticks->holds(),
         [this] { return ticks->last(); }, time,
         [this](const std::string& why) { said.push_back(why); }},
        {}};

    explicit recorded(std::unique_ptr<store> of) : ticks{std::move(of)}
    {
        REQUIRE(keeper.catch_up(20));
    }
    void append(std::span<const tape::past_tick> some)
    {
        REQUIRE(ticks->append(some));
        keeper.on_ticks(some);
    }
    void tick_over()
    {
        while (keeper.on_time(now_of(time))) {
        }
    }
    wall_time closed() { return keeper.board().look(symbol_id{0}).closed_until; }
};

std::int64_t ticks_in_minutes(const shared_archive& of)
{
    return of.beside()
        .ask("SELECT coalesce(sum(ticks), 0) FROM candles WHERE interval_seconds = 60")
        .integer(0, 0);
}

}  // namespace

TEST_CASE(
    "a follower shows a closed candle once the instance that writes has closed it", "[sharing]")
{
    const shared_archive of;
    const auto all = ticks_from(morning, 2'000);  // of 200 s
    auto writer = std::make_unique<recorded>(of.open());
    recorded follower{of.open()};
    REQUIRE(writer->ticks->append(part(all, 0, 650)));
    follower.append(part(all, 0, 650));
    follower.tick_over();
    CHECK(follower.closed() < morning + 1min);
    CHECK(ticks_in_minutes(of) == 0);
    writer->keeper.on_ticks(part(all, 0, 650));
    CHECK(writer->closed() == morning + 1min);
    CHECK(ticks_in_minutes(of) == 600);
    follower.tick_over();
    CHECK(follower.closed() == morning + 1min);

    // Killed in the next minute, of which the follower has closed what nobody has put.
    writer->append(part(all, 650, 700));
    writer.reset();
    follower.append(part(all, 650, 1'250));
    CHECK(follower.ticks->writes());
    follower.tick_over();
    CHECK(follower.closed() == morning + 2min);
    CHECK(ticks_in_minutes(of) == 1'200);
    follower.append(part(all, 1'250, 2'000));
    CHECK(follower.closed() == morning + 3min);
    CHECK(ticks_in_minutes(of) == 1'800);
    CHECK(follower.said.empty());
}
