// Candles from elsewhere: what is asked for, what is put, and that ours are never touched.
#include "archive/fetched_candles.hpp"
#include "archive_fixture.hpp"
#include "kept_candles.hpp"

namespace tickertape::archive::testing {
namespace {

using series::candle_time;
using series::interval;

constexpr symbol_id btc{0};
constexpr position now = position::at(morning);
// A Monday.
constexpr candle_time monday = bucket_open(interval::w1, morning - 24h * 70);

series::candle made(candle_time opens, double value = 100)
{
    const auto of = [&](double more) { return *price::from(value + more); };
    return {opens, of(1), of(5), of(0), of(2), 0};
}

// The candles of a range, but for those of some buckets.
fetched_candles answer_to(const fetch_range& asked, const std::vector<candle_time>& without = {})
{
    fetched_candles all{asked, "coinbase", {}};
    double value = 100;
    for (auto opens = asked.from; opens < asked.until; opens += length(asked.of), ++value)
        if (std::ranges::find(without, opens) == without.end())
            all.candles.push_back(made(opens, value));
    return all;
}

fetch_range days(int from, int until)
{
    return {btc, interval::d1, monday + 24h * from, monday + 24h * until};
}

struct file_of {
    temporary_directory place;
    candle_file file{place.path() / "candles.db", symbols(), true};

    std::vector<series::kept_candle> read(interval of)
    {
        const auto found = file.read({btc, of, monday - 24h * 700, monday + 24h * 700});
        CHECK(found.damaged.empty());
        return found.candles;
    }
    void put_own(candle_time opens)
    {
        const candle_row row{btc, interval::d1, made(opens, 900)};
        file.begin();
        file.put({&row, 1});
        file.commit();
    }
};

}  // namespace

TEST_CASE("what is missing is asked for in as few requests as hold it, newest first", "[archive]")
{
    CHECK(requests_for({}, 300).empty());
    const auto requests = requests_for({days(0, 3652)}, 300);
    REQUIRE(requests.size() == 13);
    CHECK(requests.front() == days(3352, 3652));
    CHECK(requests.back() == days(0, 52));
    // Parts that lie close together are one request.
    CHECK(requests_for({days(0, 2), days(10, 20)}, 20) == std::vector{days(0, 20)});
    CHECK(requests_for({days(0, 2), days(10, 20)}, 19) == std::vector{days(1, 20), days(0, 1)});
    CHECK(
        requests_for({days(0, 2), days(10, 20)}, 5) ==
        std::vector{days(15, 20), days(10, 15), days(0, 2)});
}

TEST_CASE(
    "a candle that is there is not asked for, nor one that a provider does not have", "[archive]")
{
    file_of at;
    at.put_own(monday + 24h * 4);
    CHECK(
        missing_candles(at.file, days(0, 10), "coinbase", false) ==
        std::vector{days(0, 4), days(5, 10)});

    const auto done = put_fetched(at.file, answer_to(days(5, 10), {monday + 24h * 7}), false, now);
    CHECK(done.put == 4);
    CHECK(missing_candles(at.file, days(0, 10), "coinbase", false) == std::vector{days(0, 4)});
    // Another one may have it.
    CHECK(
        missing_candles(at.file, days(0, 10), "kraken", false) ==
        std::vector{days(0, 4), days(7, 8)});
    CHECK(missing_candles(at.file, days(0, 10), "coinbase", true) == std::vector{days(0, 10)});
    // A range with nothing in it is an answer as well.
    put_fetched(at.file, {days(0, 5), "coinbase", {}}, false, now);
    CHECK(missing_candles(at.file, days(0, 10), "coinbase", false).empty());
    // What was asked lies apart from it now: the longer one of the two is remembered.
    put_fetched(at.file, {days(20, 22), "coinbase", {}}, false, now);
    CHECK(missing_candles(at.file, days(0, 10), "coinbase", false).empty());
}

TEST_CASE("what lies after all candles of a provider is asked for again", "[archive]")
{
    file_of at;
    // Our clock was ahead by days, which the provider did not have yet.
    put_fetched(at.file, {days(5, 12), "coinbase", answer_to(days(5, 8)).candles}, false, now);
    CHECK(missing_candles(at.file, days(5, 12), "coinbase", false) == std::vector{days(8, 12)});
    put_fetched(at.file, {days(8, 12), "coinbase", {}}, false, now);
    CHECK(missing_candles(at.file, days(5, 12), "coinbase", false) == std::vector{days(8, 12)});
    // What it has not before that is not asked for again.
    put_fetched(at.file, {days(0, 5), "coinbase", {}}, false, now);
    CHECK(missing_candles(at.file, days(0, 12), "coinbase", false) == std::vector{days(8, 12)});
    put_fetched(at.file, answer_to(days(8, 12)), false, now);
    CHECK(missing_candles(at.file, days(0, 12), "coinbase", false).empty());
}

TEST_CASE("fetched candles never stand in for ours, unless that is asked for", "[archive]")
{
    file_of at;
    at.put_own(monday + 24h * 2);
    auto done = put_fetched(at.file, answer_to(days(0, 5)), false, now);
    CHECK(done.put == 4);
    CHECK(done.kept == 1);
    auto kept = at.read(interval::d1);
    REQUIRE(kept.size() == 5);
    CHECK(kept[1].source == "coinbase");
    CHECK(kept[2].source.empty());
    CHECK(kept[2].value == made(monday + 24h * 2, 900));

    // The same once more changes nothing.
    done = put_fetched(at.file, answer_to(days(0, 5)), false, now);
    CHECK(done.put == 0);
    CHECK(at.read(interval::d1) == kept);

    done = put_fetched(at.file, answer_to(days(0, 5)), true, now);
    CHECK(done.put == 5);
    kept = at.read(interval::d1);
    CHECK(kept[2].source == "coinbase");
    // Ours stand in for those that were fetched.
    at.put_own(monday + 24h * 3);
    CHECK(at.read(interval::d1)[3].source.empty());
}

TEST_CASE(
    "a week follows from its seven days, whichever request brings the last of them", "[archive]")
{
    file_of at;
    // Two weeks and a half, in parts that divide the weeks.
    CHECK(put_fetched(at.file, answer_to(days(10, 17)), false, now).longer == 0);
    CHECK(put_fetched(at.file, answer_to(days(3, 10)), false, now).longer == 1);
    CHECK(put_fetched(at.file, answer_to(days(0, 3)), false, now).longer == 1);
    const auto weeks = at.read(interval::w1);
    REQUIRE(weeks.size() == 2);
    CHECK(weeks[0].source == "coinbase");
    CHECK(weeks[0].value.opens == monday);
    CHECK(weeks[0].value.open == answer_to(days(0, 3)).candles.front().open);
    CHECK(weeks[0].value.close == answer_to(days(3, 10)).candles[3].close);
    CHECK(weeks[0].value.ticks == 0);

    // Not where a day is missing, or is ours.
    CHECK(
        put_fetched(at.file, answer_to(days(21, 28), {monday + 24h * 22}), false, now).longer == 0);
    at.put_own(monday + 24h * 30);
    CHECK(put_fetched(at.file, answer_to(days(28, 35)), false, now).longer == 0);
}

TEST_CASE("hours make days, and days weeks, of one source", "[archive]")
{
    file_of at;
    const fetch_range week{btc, interval::h1, monday, monday + 24h * 7};
    const auto done = put_fetched(at.file, answer_to(week), false, now);
    CHECK(done.put == 168);
    CHECK(done.longer == 7 * 6 + 7 * 4 + 7 + 1);  // of 4h, 6h, 1d and 1w
    CHECK(at.read(interval::w1).size() == 1);
    CHECK(at.read(interval::d1).size() == 7);
    CHECK(at.read(interval::m15).empty());
}

TEST_CASE("the keeper does the work of others once it has made all candles", "[archive]")
{
    const temporary_directory place;
    candles_of at{place.path()};
    at.bounds.work_max = 2;
    at.start();
    at.append(random_ticks(morning, 100, 1s, 1));
    std::size_t put = 0;
    const auto work = [&put](candle_store& file) {
        put += put_fetched(file, answer_to(days(0, 7)), false, now).put;
    };
    CHECK(at.keeper->offer(work));
    CHECK(at.keeper->offer([](candle_store&) { fail(archive_errc::disk_failed, "no more"); }));
    CHECK_FALSE(at.keeper->offer(work));
    at.tick_over(1s);
    CHECK(put == 7);
    CHECK(at.said == std::vector<std::string>{"no more"});
    CHECK(at.keeper->offer(work));
    at.tick_over(1s);
    CHECK(put == 7);  // the file is closed
    at.tick_over(10s);
    at.tick_over(10s);
    CHECK(put == 7);  // and they were there already
    CHECK(at.said.back().empty());
    candle_file beside{place.path() / "candles.db", symbols(), false};
    CHECK(beside.read({btc, interval::w1, monday, monday + 24h * 7}).candles.size() == 1);
    at.tick_over(3min);
    CHECK(at.read(btc, interval::m1).candles.size() > 1);
}

}  // namespace tickertape::archive::testing
