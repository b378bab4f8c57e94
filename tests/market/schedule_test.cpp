// When the sources are asked, and that a month of it stays within what they allow.
#include "market/schedule.hpp"

#include "core/token_bucket.hpp"
#include "market/settings.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace tickertape;
using namespace tickertape::market;
using namespace std::chrono_literals;

namespace {

const steady_time start{1000h};
constexpr std::chrono::hours month{31 * 24};

struct month_of_calls {
    std::size_t tables = 0;
    std::size_t totals = 0;
    std::chrono::milliseconds longest_wait{0};  // between two tables while somebody reads

    std::size_t all() const { return tables + totals; }
};

// Goes from one due time to the next, as feed::market_feed does; `reads` says whether somebody
// does.
template <class Reads>
month_of_calls simulate(cadence rhythm, std::size_t calls, Reads reads)
{
    schedule when{rhythm};
    token_bucket budget{monthly(calls), start};
    month_of_calls done;
    std::optional<steady_time> last;
    for (auto now = start; now < start + month; now += 1s) {
        const bool is_read = reads(now - start);
        if (budget.wait(now) > 0s)
            continue;
        const auto due = when.due(now, is_read, last.has_value());
        if (!due)
            continue;
        REQUIRE(budget.take(now));
        if (*due == question::totals) {
            ++done.totals;
            when.totals_asked(now, true);
            continue;
        }
        if (last && is_read)
            done.longest_wait = std::max(
                done.longest_wait,
                std::chrono::duration_cast<std::chrono::milliseconds>(now - *last));
        last = now;
        ++done.tables;
        when.table_asked(now, true);
    }
    return done;
}

constexpr auto always = [](auto) { return true; };
constexpr auto never = [](auto) { return false; };

}  // namespace

TEST_CASE("a month of readers around the clock stays within the budget", "[market]")
{
    const settings usual;
    const auto done = simulate({.watched = usual.interval}, usual.calls_a_month, always);
    CHECK(done.all() <= usual.calls_a_month);
    CHECK(done.all() <= 10'000);  // what CoinGecko gives for nothing, with room for others
    // Rarer than every five minutes: about every six, and once an hour the whole has its turn
    // first.
    CHECK(done.longest_wait > usual.interval);
    CHECK(done.longest_wait < schedule{{.watched = usual.interval}}.stale_after());
    CHECK(done.tables > 7'000);
    CHECK(done.totals > 24 * 29);
}

TEST_CASE("who reads in the day gets a table every five minutes", "[market]")
{
    const settings usual;
    const auto by_day = [](auto since) { return since % 24h < 14h; };
    const auto done = simulate({.watched = usual.interval}, usual.calls_a_month, by_day);
    CHECK(done.all() <= usual.calls_a_month);
    CHECK(done.longest_wait <= usual.interval + 2s);
}

TEST_CASE("while nobody reads a source is asked twice an hour at most", "[market]")
{
    const settings usual;
    const auto done = simulate({.watched = usual.interval}, usual.calls_a_month, never);
    CHECK(done.tables <= 31 * 24);
    CHECK(done.totals <= 31 * 24);
    CHECK(done.tables > 31 * 24 - 24);
}

TEST_CASE("the shortest interval does not spend more than the budget", "[market]")
{
    const auto done = simulate({.watched = 1s, .totals = 1s}, 8'000, always);
    CHECK(done.all() <= 8'000);
}

TEST_CASE("a table is due at once, and the whole as soon as there is one", "[market]")
{
    schedule when{cadence{}};
    CHECK(when.due(start, false, false) == question::table);
    when.table_asked(start, true);
    CHECK(when.due(start, false, true) == question::totals);
    when.totals_asked(start, true);
    CHECK_FALSE(when.due(start, true, true));
    CHECK(when.next(true, true) == start + 5min);
    CHECK(when.due(start + 5min, true, true) == question::table);
    CHECK(when.next(false, true) == start + 1h);
    // Where both are due the whole comes first.
    CHECK(when.due(start + 1h, false, true) == question::totals);
}

TEST_CASE("where no source answers they are asked again soon", "[market]")
{
    schedule when{cadence{}};
    when.table_asked(start, false);
    CHECK(when.next(false, false) == start + 1min);
    schedule often{cadence{.watched = 2s}};
    often.table_asked(start, false);
    CHECK(often.next(true, false) == start + 2s);
}

TEST_CASE("a table is stale after three times what lies between two of them", "[market]")
{
    CHECK(schedule{cadence{}}.stale_after() == 15min);
}
