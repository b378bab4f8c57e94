// Questions about candles and statistics, answered from an archive.
#include "archive/history_reader.hpp"

#include "archive/fetched_candles.hpp"
#include "kept_candles.hpp"

#include <future>

namespace tickertape::archive::testing {
namespace {

using series::interval;

constexpr symbol_id btc{0};

struct asked_of : candles_of {
    explicit asked_of(const fs::path& place) : candles_of{place} {}
    void read_history(std::size_t points_most = series::points_max)
    {
        of_statistics = archive->make_reader();
        of_pages = archive->make_reader();
        history.emplace(
            history_reader::parts{
                archive->candles(), symbols(), keeper->board(), archive->holds(),
                [this](const tape::past_query& q) { return of_statistics->read(q); },
                [this](const tape::past_query& q) { return of_pages->read(q); }},
            history_reader::waiting_max, points_most);
    }
    tickertape::result<series::candle_answer> candles(const series::candle_query& q)
    {
        std::promise<tickertape::result<series::candle_answer>> answer;
        history->candles(q, [&](auto given) { answer.set_value(std::move(given)); });
        return answer.get_future().get();
    }
    tickertape::result<series::statistics_answer> statistics(const series::statistics_query& q)
    {
        std::promise<tickertape::result<series::statistics_answer>> answer;
        history->statistics_of(q, [&](auto given) { answer.set_value(std::move(given)); });
        return answer.get_future().get();
    }

    std::unique_ptr<reader> of_statistics;
    std::unique_ptr<reader> of_pages;
    std::optional<history_reader> history;
};

}  // namespace

TEST_CASE("candles of a range are given from either end, with the forming one", "[archive]")
{
    const temporary_directory place;
    asked_of at{place.path()};
    at.start();
    const auto ticks = random_ticks(morning, 1'000, 1s, 5);
    at.append(ticks);
    at.read_history();
    std::vector<tape::past_tick> of_btc;
    for (const auto& t : ticks)
        if (t.symbol == btc)
            of_btc.push_back(t);
    const auto truth = all_candles(of_btc, interval::m1, {});
    series::candle_query q{btc, interval::m1, morning - 1h, morning + 24h};

    auto all = at.candles(q);
    REQUIRE(all.has_value());
    CHECK(all->candles.size() == truth.size() - 1);
    CHECK(all->closed_until == truth.back().opens);
    CHECK_FALSE(all->has_more);
    CHECK_FALSE(all->before);
    CHECK(all->holes.empty());

    q.with_forming = true;
    all = at.candles(q);
    REQUIRE(all->candles.size() == truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
        CHECK(all->candles[i].value == truth[i]);
        CHECK(all->candles[i].is_forming == (i + 1 == truth.size()));
    }

    // Who goes on from there with later ticks has the candles that the archive will have.
    REQUIRE(all->state);
    CHECK(all->state->passed == of_btc.back().at);
    CHECK(all->state->forming == truth.back());
    q.with_forming = false;
    CHECK_FALSE(at.candles(q)->state);
    q.with_forming = true;

    q.candles_max = 3;
    q.first = series::end::newest;
    all = at.candles(q);
    REQUIRE(all->candles.size() == 3);
    CHECK(all->has_more);
    CHECK(all->candles.back().is_forming);
    CHECK(*all->before == truth[truth.size() - 4]);

    q.first = series::end::oldest;
    q.from = morning + 1ms;  // the bucket of 10:00 has opened before
    all = at.candles(q);
    REQUIRE(all->candles.size() == 3);
    CHECK(all->candles[0].value == truth[1]);
    CHECK(*all->before == truth[0]);
    CHECK(all->has_more);

    // Ends where it begins; before the first; after the last.
    q.from = q.until = morning + 5min;
    CHECK(at.candles(q)->candles.empty());
    CHECK_FALSE(at.candles(q)->has_more);
    q.from = morning - 2h;
    q.until = morning;
    CHECK(at.candles(q)->candles.empty());
    CHECK_FALSE(at.candles(q)->before);
    q.from = morning + 2h;
    q.until = morning + 3h;
    CHECK(at.candles(q)->candles.empty());
    CHECK(*at.candles(q)->before == truth[truth.size() - 2]);

    // An hour is not closed before it is over, so a range that ends within it is not either.
    series::candle_query hours{btc, interval::h1, morning, morning + 15min};
    hours.with_forming = true;
    all = at.candles(hours);
    REQUIRE(all->candles.size() == 1);
    CHECK(all->candles[0].is_forming);
    CHECK(all->candles[0].value.ticks == of_btc.size());
    CHECK(all->closed_until == morning);
    REQUIRE(all->state);
    CHECK(all->state->of == interval::h1);
    CHECK(all->state->passed == of_btc.back().at);
    CHECK(all->state->forming == all->candles[0].value);
}

TEST_CASE("what is missing and what is damaged is told with the candles", "[archive]")
{
    const temporary_directory place;
    asked_of at{place.path()};
    at.start();
    at.append(random_ticks(morning, 100, 1s, 5));
    const hole lost{at.archive->last(), position::at(morning + 10min), hole_reason::not_archived};
    REQUIRE(at.archive->record_hole(lost));
    at.keeper->on_hole(lost);
    at.append(random_ticks(morning + 10min, 500, 1s, 6));
    at.read_history();
    database{place.path() / "candles.db", database::access::write}.run(
        "UPDATE candles SET close = close + 1 WHERE interval = 60 AND time = " +
        std::to_string((std::chrono::floor<std::chrono::seconds>(morning) + 12min)
                           .time_since_epoch()
                           .count()));
    const auto all = at.candles({btc, interval::m1, morning, morning + 1h});
    REQUIRE(all.has_value());
    REQUIRE(all->holes.size() == 2);
    CHECK(all->holes[0] == series::hole{lost.from, lost.to});
    CHECK(all->holes[1].to == position::at(morning + 13min).previous());
    for (const auto& c : all->candles) {
        CHECK(c.value.opens != morning + 12min);
        CHECK(
            c.value.overlaps_hole == (c.value.opens < morning + 11min && c.value.opens > morning));
    }
    CHECK(at.history->now().damaged == 1);
    // Its keeper makes it anew.
    at.keeper->keep_up(at.time.wall);
    CHECK(at.candles({btc, interval::m1, morning, morning + 1h})->holes.size() == 1);
}

TEST_CASE("statistics are of ticks, and of closes where ticks are no longer kept", "[archive]")
{
    const temporary_directory place;
    asked_of at{place.path()};
    at.start();
    const auto ticks = random_ticks(morning, 3'000, 1min, 5);
    at.append(ticks);
    at.read_history();
    std::vector<series::point> points;
    for (const auto& t : ticks)
        if (t.symbol == btc && t.at.time() >= morning + 1h && t.at.time() < morning + 40h)
            points.push_back({t.at.time(), t.value});
    series::statistics_query q{btc, morning + 1h, morning + 40h, true};
    auto all = at.statistics(q);
    REQUIRE(all.has_value());
    REQUIRE(all->figures);
    CHECK_FALSE(all->closes_of);
    CHECK(all->figures->count == points.size());
    CHECK(all->figures->mean == series::describe(points)->mean);
    CHECK(all->prices);
    CHECK(all->holes.empty());
    CHECK_FALSE(at.statistics({btc, morning - 2h, morning - 1h})->figures);

    REQUIRE(at.archive->seal_finished_days(ticks.back().at.time()));
    REQUIRE(*at.archive->drop_days_before(day_of(position::at(morning + 24h))) == 1);
    all = at.statistics(q);
    CHECK(all->closes_of == interval::m1);
    CHECK(all->figures->count > points.size() / 2);
    CHECK(all->figures->count <= points.size());
    CHECK_FALSE(at.statistics({btc, morning + 24h, morning + 40h})->closes_of);
}

TEST_CASE("statistics are of closes where candles are there of a time without ticks", "[archive]")
{
    const temporary_directory place;
    asked_of at{place.path()};
    at.start();
    const auto ticks = random_ticks(morning, 1'000, 1s, 5);
    at.append(ticks);
    const auto one = *price::from(1.0);
    const auto opens = series::bucket_open(interval::m1, morning - 24h);
    {
        candle_file file{place.path() / "candles.db", symbols(), true};
        file.put(
            std::vector<candle_row>{{btc, interval::m1, {opens, one, one, one, one, 0}}},
            "coinbase");
    }
    at.read_history();
    const auto with_candle = at.statistics({btc, morning - 25h, morning + 1h});
    REQUIRE(with_candle.has_value());
    CHECK(with_candle->closes_of == interval::m1);
    CHECK(with_candle->figures->min == one);
    const auto candle_alone = at.statistics({btc, morning - 25h, morning - 1h});
    CHECK(candle_alone->closes_of == interval::m1);
    CHECK(candle_alone->figures->count == 1);
    CHECK_FALSE(at.statistics({btc, morning - 23h, morning + 1h})->closes_of);
    CHECK_FALSE(at.statistics({symbol_id{1}, morning - 25h, morning + 1h})->closes_of);
}

TEST_CASE("statistics are of closes where candles were there before the first tick", "[archive]")
{
    const temporary_directory place;
    asked_of at{place.path()};
    const auto first = std::chrono::floor<std::chrono::seconds>(morning);
    {
        std::filesystem::create_directories(at.directory);
        candle_file file{at.directory / "candles.db", symbols(), true};
        std::vector<candle_row> rows;
        for (int k = 60; k > 0; --k) {
            const auto value = *price::from(1'000.0 + k);
            rows.push_back({btc, interval::m1, {first - k * 1min, value, value, value, value, 20}});
        }
        file.put(rows);
        file.set_closed_until(first);
    }
    at.start();
    at.append(random_ticks(morning, 100, 1s, 5));
    at.read_history();

    const auto both = at.statistics({btc, morning - 24h, morning + 1min, false});
    REQUIRE(both.has_value());
    CHECK(both->closes_of == interval::m1);
    REQUIRE(both->figures);
    CHECK(both->figures->count == 61);
    CHECK(both->figures->first.value() == 1'060);

    const auto ticks = at.statistics({btc, morning, morning + 1min, false});
    REQUIRE(ticks.has_value());
    CHECK_FALSE(ticks->closes_of);
}

TEST_CASE("where the minutes of a range are too many, the first ones are not left out", "[archive]")
{
    const temporary_directory place;
    asked_of at{place.path()};
    at.start();
    const auto ticks = random_ticks(morning, 9'000, 1s, 5);
    at.append(ticks);
    at.read_history(30);
    // It begins and ends within candles of five minutes.
    const auto from = morning + 7min;
    const auto until = morning + 96min;
    std::vector<series::point> points;
    for (const auto& t : ticks)
        if (t.symbol == btc && t.at.time() >= from && t.at.time() < until)
            points.push_back({t.at.time(), t.value});
    const auto truth = series::describe(points);
    REQUIRE(truth.has_value());
    const auto found = at.statistics({btc, from, until});
    REQUIRE(found.has_value());
    CHECK(found->closes_of == interval::m5);
    REQUIRE(found->figures);
    CHECK(found->figures->count == 1 + 17 + 1);
    CHECK(found->figures->first == truth->first);
    CHECK(found->figures->last == truth->last);
    CHECK(found->figures->min == truth->min);
    CHECK(found->figures->max == truth->max);
}

TEST_CASE("the candle of the last tick before a hole is none of a time without ticks", "[archive]")
{
    const temporary_directory place;
    asked_of at{place.path()};
    at.start();
    const auto tick = [](wall_time when) {
        return tape::past_tick{position::at(when), btc, *price::from(1000), "coinbase", 0};
    };
    // The last one lies on a whole minute.
    at.append(std::vector{tick(morning), tick(morning + 90s), tick(morning + 5min)});
    const hole lost{at.archive->last(), position::at(morning + 8min), hole_reason::not_archived};
    REQUIRE(at.archive->record_hole(lost));
    at.keeper->on_hole(lost);
    at.append(std::vector{tick(morning + 9min), tick(morning + 12min)});
    at.read_history();
    REQUIRE_FALSE(at.candles({btc, interval::m1, morning + 5min, morning + 6min})->candles.empty());
    const auto found = at.statistics({btc, morning, morning + 13min});
    REQUIRE(found.has_value());
    CHECK_FALSE(found->closes_of);
    CHECK(found->figures->count == 5);
}

TEST_CASE("questions beyond those that may wait are refused, and at the end all are", "[archive]")
{
    const temporary_directory place;
    asked_of at{place.path()};
    at.start();
    std::promise<void> entered;
    std::promise<void> go;
    std::atomic<int> busy{0};
    {
        history_reader history{
            {at.archive->candles(),
             symbols(),
             at.keeper->board(),
             at.archive->holds(),
             [&](const tape::past_query& query) -> archive::result<tape::past_batch> {
                 entered.set_value();
                 go.get_future().wait();
                 return tape::past_batch{query.after, query.after, {}};
             },
             {}},
            1};
        const auto answer = [&](const tickertape::result<series::statistics_answer>& given) {
            busy += !given && given.error() == boost::system::errc::device_or_resource_busy;
        };
        history.statistics_of({btc, morning, morning + 1h}, answer);
        entered.get_future().wait();
        history.statistics_of({btc, morning, morning + 1h}, answer);
        history.statistics_of({btc, morning, morning + 1h}, answer);
        CHECK(busy == 1);
        std::promise<bool> other;
        history.candles({btc, interval::m1, morning, morning + 1h}, [&](const auto& given) {
            other.set_value(given.has_value());
        });
        CHECK(other.get_future().get());
        CHECK(history.now().refused == 1);
        go.set_value();
    }
    // The second was answered, or it still waited.
    CHECK(busy >= 1);
}

TEST_CASE("candles that are put into the past are told to who has read before", "[archive]")
{
    const temporary_directory place;
    asked_of at{place.path()};
    at.start();
    at.append(random_ticks(morning, 1'000, 1s, 5));
    at.read_history();
    const auto opens = bucket_open(interval::w1, morning - 24h * 70);
    series::candle_query q{btc, interval::d1, opens, morning};
    q.with_changes = true;
    const auto before = at.candles(q);
    REQUIRE(before.has_value());
    CHECK(before->changes.empty());
    CHECK(before->revision == at.keeper->board().changes().revision());

    const auto one = *price::from(1.0);
    fetched_candles fetched{{btc, interval::d1, opens, opens + 24h * 7}, "coinbase", {}};
    for (int d = 0; d < 7; ++d)
        fetched.candles.push_back({opens + 24h * d, one, one, one, one, 0});
    const auto when = position::at(at.time.wall);
    const auto put = [&](candle_store& file) { put_fetched(file, fetched, false, when); };
    at.keeper->offer(put);
    at.tick_over(1s);
    const auto& log = at.keeper->board().changes();
    const std::vector<series::changed_candles> both{
        {btc, interval::d1, opens, opens + 24h * 7}, {btc, interval::w1, opens, opens + 24h * 7}};
    CHECK(log.since(before->revision).changed == both);
    const std::vector<series::dated_change> noted{{opens, opens + 24h * 7, when}};
    const auto after = at.candles(q);
    REQUIRE(after.has_value());
    CHECK(after->candles.size() == 7);
    CHECK(after->changes == noted);
    CHECK(log.since(after->revision).changed.empty());

    // What was there already is no change.
    at.keeper->offer(put);
    at.tick_over(1s);
    CHECK(log.revision() == after->revision);
    // It is known after a restart, and when the file had to be made anew.
    at.history.reset();
    at.keeper.reset();
    CHECK(candle_file{place.path() / "candles.db", symbols(), false}.changes(btc, q.of) == noted);
    candle_file::make_anew(place.path() / "candles.db", symbols());
    CHECK(candle_file{place.path() / "candles.db", symbols(), false}.changes(btc, q.of) == noted);
}

TEST_CASE("statistics of years are of the candles that reach as far back", "[archive]")
{
    const temporary_directory place;
    asked_of at{place.path()};
    at.start();
    at.append(random_ticks(morning, 600, 1s, 5));
    const auto today = series::bucket_open(interval::d1, morning);
    const auto of = [](double value) { return *price::from(value); };
    {
        candle_file file{place.path() / "candles.db", symbols(), true};
        std::vector<candle_row> days;
        for (int k = 60; k > 0; --k)
            days.push_back(
                {btc,
                 interval::d1,
                 {today - k * std::chrono::days{1}, of(100.0 + k), of(200.0 + k), of(50.0 + k),
                  of(150.0), 0}});
        file.put(days, "coinbase");
    }
    at.read_history();
    const auto minute = at.statistics({btc, morning, morning + 10min});
    CHECK_FALSE(minute->closes_of);
    const auto found = at.statistics({btc, morning - 24h * 100, morning + 24h});
    REQUIRE(found.has_value());
    CHECK(found->closes_of == interval::d1);
    REQUIRE(found->figures);
    // The minutes of today are one more.
    CHECK(found->figures->count == 61);
    CHECK(found->figures->first == of(160.0));
    CHECK(found->figures->max.value() >= 260.0);
    CHECK(found->figures->min.value() <= 51.0);
    CHECK(found->figures->median == 150.0);
}

}  // namespace tickertape::archive::testing
