// Key figures of Bitcoin that are of a day: volatility, the realised value, the index of fear.
#include "kpis_asked.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

// Of so many days up to yesterday: 100, 101, 100, ...
std::vector<daily_close> zigzag(int count)
{
    std::vector<daily_close> all;
    for (int i = 0; i < count; ++i) {
        daily_close one{
            .day = today - days{count - i},
            .close = price::from(i % 2 == 0 ? 100 : 101).value(),
            .source = "coinbase"};
        all.push_back(one);
    }
    return all;
}

// That of returns that are by turns x and -x: their mean is 0.
double zigzag_volatility(int returns)
{
    return 100 * std::log(1.01) * std::sqrt(365.0 * returns / (returns - 1));
}

}  // namespace

TEST_CASE("volatility is the deviation of the returns of days that are over", "[market]")
{
    const auto closes = zigzag(91);
    CHECK(is_near(volatility_percent(closes, today, 30), zigzag_volatility(30)));
    CHECK(is_near(volatility_percent(closes, today, 30), 19.335062583013325));
    CHECK(is_near(volatility_percent(closes, today, 90), zigzag_volatility(90)));
    CHECK(volatility_percent({}, today, 30) == std::nullopt);
    // What is older than the window, or of today, counts for nothing.
    auto more = closes;
    more.front().close = price::from(1e9).value();
    more.push_back({.day = today, .close = price::from(1e9).value(), .source = {}});
    CHECK(is_near(volatility_percent(more, today, 30), zigzag_volatility(30)));
    // A price that never moves has none, which is a figure.
    auto still = zigzag(31);
    for (auto& one : still)
        one.close = price::from(100).value();
    CHECK(volatility_percent(still, today, 30) == 0.0);
}

TEST_CASE("volatility is unknown where too few days have a close", "[market]")
{
    CHECK(is_near(volatility_percent(zigzag(25), today, 30), zigzag_volatility(24)));
    CHECK_FALSE(volatility_percent(zigzag(24), today, 30));
    CHECK(volatility_percent(zigzag(75), today, 90));
    CHECK_FALSE(volatility_percent(zigzag(74), today, 90));
    // There is no return over a day that is missing: after it the zigzag goes on.
    auto gap = zigzag(31);
    gap.erase(gap.begin() + 10, gap.begin() + 12);
    for (std::size_t i = 10; i < gap.size(); ++i)
        gap[i].close = price::from(1000 * gap[i].close.value()).value();
    // 14 returns up and 13 down.
    CHECK(is_near(
        volatility_percent(gap, today, 30),
        100 * std::log(1.01) * std::sqrt(365 * (27 - 1.0 / 27) / 26)));
}

TEST_CASE("volatility says its window, its days and whose closes they are", "[market]")
{
    auto closes = zigzag(40);
    closes.back().source = "archive";
    const kpi_parts parts{.closes = closes};
    const auto month = figure(parts, "volatility_30d");
    CHECK(is_near(month.value, zigzag_volatility(30)));
    CHECK(month.source == "archive");
    CHECK(month.window_days == 30);
    CHECK(month.days_known == 30);
    CHECK(month.closes_of == std::vector<std::string>{"coinbase", "archive"});
    CHECK(month.at == wall_time{today});
    CHECK(month.age == now - wall_time{today});
    CHECK_FALSE(month.is_stale);
    const auto quarter = figure(parts, "volatility_90d");
    CHECK_FALSE(quarter.value);
    CHECK(quarter.withheld == "of the last 90 days the archive has 40 closes, too few");
    // Yesterday's close comes soon after midnight.
    closes.pop_back();
    CHECK_FALSE(figure({.closes = closes}, "volatility_30d", wall_time{today} + 1h).is_stale);
    CHECK(figure({.closes = closes}, "volatility_30d", wall_time{today} + 1h + 1ms).is_stale);
    CHECK(figure({.no_closes_why = "broken"}, "volatility_30d").withheld == "broken");
}

TEST_CASE("the realised value is there where somebody is asked for it, and of its day", "[market]")
{
    const auto has = [](const kpi_parts& parts, std::string_view name) {
        const auto all = kpis_of(parts, now, boot_now);
        return std::ranges::find(all, name, &kpi::name) != all.end();
    };
    CHECK_FALSE(has({}, "realised_cap"));
    CHECK_FALSE(has({}, "mvrv"));
    // Asked for, and not said yet.
    CHECK_FALSE(figure({.has_realised = true}, "mvrv").value);
    CHECK(figure({.has_realised = true}, "mvrv").source.empty());
    const wall_time day{today - days{1}};
    realised_snapshot known{
        .index = {.mvrv = 1.25, .market_cap = 1e12, .day = day},
        .received = boot_now - 1h,
        .received_at = now - 1h};
    const kpi_parts parts{.has_realised = true, .realised = &known};
    const auto ratio = figure(parts, "mvrv");
    CHECK(ratio.value == 1.25);
    CHECK(ratio.source == "coinmetrics");
    CHECK(ratio.licence == "CC BY-NC 4.0");
    CHECK(ratio.at == day);
    CHECK(ratio.age == now - day);
    CHECK_FALSE(ratio.is_computed);
    CHECK_FALSE(ratio.is_stale);
    const auto cap = figure(parts, "realised_cap");
    CHECK(cap.value == 8e11);
    CHECK(cap.is_computed);
    CHECK(cap.licence == "CC BY-NC 4.0");
    const auto in = 72h - (now - day);
    CHECK_FALSE(figure(parts, "mvrv", now, boot_now + in).is_stale);
    CHECK(figure(parts, "mvrv", now, boot_now + in + 1ms).is_stale);
    known.index.market_cap.reset();
    CHECK_FALSE(figure(parts, "realised_cap").value);
}

TEST_CASE("the index of fear and greed is of its day", "[market]")
{
    const fear_greed_snapshot mood{
        .index = {.value = 41, .word = "Fear", .day = wall_time{today}},
        .received = boot_now - 1h,
        .received_at = now - 1h};
    const auto index = figure({.mood = &mood}, "fear_greed");
    CHECK(index.value == 41.0);
    CHECK(index.source == "alternative.me");
    CHECK(index.at == wall_time{today});
    CHECK(index.age == now - wall_time{today});
    CHECK(index.word == "Fear");
    CHECK_FALSE(index.is_stale);
    const auto in = 48h - (now - wall_time{today});
    CHECK_FALSE(figure({.mood = &mood}, "fear_greed", now, boot_now + in).is_stale);
    CHECK(figure({.mood = &mood}, "fear_greed", now, boot_now + in + 1ms).is_stale);
}
