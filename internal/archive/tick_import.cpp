#include "archive/tick_import.hpp"

#include "archive/files.hpp"
#include "archive/reader.hpp"

#include <algorithm>

namespace tickertape::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t ticks_at_once = 4'096;

}  // namespace

std::int64_t tick_import::numbered_names::number_of(const std::string& name)
{
    const auto [at, is_new] = numbers.try_emplace(name, static_cast<std::int64_t>(names.size()));
    if (is_new)
        names.push_back(name);
    return at->second;
}

// The ticks of a day in the order of their positions, some at a time. A tick without a position
// gets the next one of its millisecond; the same file gives the same positions each time.
class tick_import::day_ticks {
public:
    day_ticks(const tick_import& of, utc_day day, const symbol_table& symbols)
        : of_{of}, symbols_{symbols},
          rows_{of.spool_->prepare("SELECT ms, n, symbol, price, source FROM spool WHERE ms >= ?"
                                   " AND ms < ? ORDER BY ms, n, seq")}
    {
        const auto ms_of = [](utc_day d) {
            return std::chrono::floor<std::chrono::milliseconds>(d.time_since_epoch()).count();
        };
        rows_.bind(1, std::int64_t{ms_of(day)});
        rows_.bind(2, std::int64_t{ms_of(day + std::chrono::days{1})});
    }

    // Empty at the end.
    std::vector<tape::past_tick> next()
    {
        std::vector<tape::past_tick> ticks;
        while (!is_over_ && ticks.size() < ticks_at_once) {
            if (!rows_.step())
                is_over_ = true;
            else if (auto t = take())
                ticks.push_back(std::move(*t));
        }
        return ticks;
    }

private:
    // Nothing: the same tick once more.
    std::optional<tape::past_tick> take()
    {
        const auto ms = static_cast<std::uint64_t>(rows_.integer(0));
        const auto has_id = rows_.integer(1) <= static_cast<std::int64_t>(position::counter_max);
        const auto& source = of_.sources_.names[static_cast<std::size_t>(rows_.integer(4))];
        tape::past_tick t{
            has_id ? position{ms, static_cast<std::uint64_t>(rows_.integer(1))}
                   : std::max(position{ms, 0}, last_ ? last_->at.next() : position{}),
            *symbols_.find(of_.symbols_.names[static_cast<std::size_t>(rows_.integer(2))]),
            *price::from(rows_.real(3)), source.substr(0, source.rfind(' ')),
            of_.combined_[static_cast<std::size_t>(rows_.integer(4))]};
        if (last_ && t.at <= last_->at) {
            if (t.at == last_->at && t.symbol == last_->symbol && t.value == last_->value &&
                t.source == last_->source)
                return std::nullopt;
            fail(archive_errc::out_of_order, "two ticks have the id " + t.at.text());
        }
        last_ = t;
        return t;
    }

    const tick_import& of_;
    const symbol_table& symbols_;
    statement rows_;
    std::optional<tape::past_tick> last_;
    bool is_over_ = false;
};

result<std::unique_ptr<tick_import>> tick_import::begin(const fs::path& workplace)
{
    return guarded([&] { return std::unique_ptr<tick_import>{new tick_import{workplace}}; });
}

tick_import::tick_import(const fs::path& workplace) : workplace_{workplace}
{
    std::error_code none;
    fs::remove_all(workplace, none);
    make_directory(workplace);
    spool_ = std::make_unique<database>(workplace / "spool.db", database::access::scratch);
    spool_->run("CREATE TABLE spool(ms INTEGER, n INTEGER, seq INTEGER, symbol INTEGER,"
                " price REAL, source INTEGER); BEGIN");
    insert_ =
        std::make_unique<statement>(spool_->prepare("INSERT INTO spool VALUES(?, ?, ?, ?, ?, ?)"));
}

tick_import::~tick_import()
{
    insert_.reset();
    spool_.reset();
    std::error_code none;
    fs::remove_all(workplace_, none);
}

result<void> tick_import::add(const tick& t)
{
    return guarded([&] {
        if (position::at(t.at).ms() > position_ms_max)
            fail(archive_errc::out_of_range, "a time that cannot be stored");
        const auto source = sources_.number_of(t.source + ' ' + std::to_string(t.combined));
        combined_.resize(sources_.names.size(), t.combined);
        // Behind those that say where they stand.
        const auto n = t.id ? static_cast<std::int64_t>(t.id->counter())
                            : static_cast<std::int64_t>(position::counter_max) + 1;
        insert_->bind(1, static_cast<std::int64_t>(position::at(t.at).ms()));
        insert_->bind(2, n);
        insert_->bind(3, static_cast<std::int64_t>(added_));
        insert_->bind(4, symbols_.number_of(t.symbol));
        insert_->bind(5, t.value.value());
        insert_->bind(6, source);
        insert_->run();
        ++added_;
        is_sorted_ = false;
    });
}

void tick_import::sort()
{
    if (std::exchange(is_sorted_, true))
        return;
    spool_->run("CREATE INDEX IF NOT EXISTS in_order ON spool(ms, n, seq)");
}

result<std::vector<tick_import::day_plan>>
tick_import::plan(const survey& into, const symbol_table& symbols)
{
    return guarded([&] {
        sort();
        std::vector<day_plan> days;
        {
            auto s =
                spool_->prepare("SELECT ms / 86400000, count(*) FROM spool GROUP BY 1 ORDER BY 1");
            while (s.step())
                days.push_back(
                    {utc_day{std::chrono::days{s.integer(0)}},
                     static_cast<std::uint64_t>(s.integer(1)),
                     false,
                     {}});
        }
        const auto reader = make_reader(into, symbols);
        const std::vector<symbol_id> all{symbols.all().begin(), symbols.all().end()};
        for (auto& d : days) {
            day_ticks ticks{*this, d.day, symbols};
            const auto first = ticks.next();
            auto last = first.back().at;
            const bool is_held = std::ranges::any_of(into.held.days, [&d](const held_day& h) {
                return h.key.day == d.day && h.last > h.previous;
            });
            d.is_there = is_held;
            for (auto batch = first; !batch.empty(); batch = ticks.next()) {
                last = batch.back().at;
                if (!d.is_there)
                    continue;
                std::vector<tape::past_tick> held;
                auto after = batch.front().at.previous();
                while (after < last) {
                    const auto answer = reader->read({all, after, last, ticks_at_once});
                    if (!answer || answer->to <= after)
                        break;
                    held.insert(held.end(), answer->ticks.begin(), answer->ticks.end());
                    after = answer->to;
                }
                auto at = held.begin();
                for (const auto& t : batch) {
                    while (at != held.end() && at->at < t.at)
                        ++at;
                    if (at == held.end() || at->at != t.at || at->symbol != t.symbol ||
                        at->value != t.value || at->source != t.source) {
                        d.is_there = false;
                        break;
                    }
                }
            }
            if (is_held && !d.is_there)
                d.refused = "the archive has other ticks of this day";
            else if (!is_held)
                d.refused = why_not_between(into.held.days, first.front().at, last);
        }
        return days;
    });
}

result<void> tick_import::run(
    store& into, feed_kind kind, const symbol_table& symbols, const std::vector<day_plan>& days,
    const std::function<void(const day_plan&)>& done)
{
    return guarded([&] {
        // The end of the day before, where that is of this import: ticks follow each other then.
        position before;
        for (const auto& d : days) {
            day_ticks ticks{*this, d.day, symbols};
            auto batch = ticks.next();
            if (!d.refused.empty() || batch.empty()) {
                before = {};
                continue;
            }
            auto last = batch.back().at;
            if (d.is_there) {
                for (; !batch.empty(); batch = ticks.next())
                    last = batch.back().at;
                before = last;
                done(d);
                continue;
            }
            const auto first = batch.front().at;
            const auto previous = into.is_end_of_a_day(before) ? before : first.previous();
            const day_key key{d.day, 0};
            create_open_day(workplace_, {kind, key, previous, {}});
            {
                open_day_writer writer{workplace_ / file_name(key, day_form::open), previous};
                for (; !batch.empty(); batch = ticks.next()) {
                    writer.append(batch, symbols);
                    last = batch.back().at;
                }
                writer.finish();
            }
            seal(workplace_, key, last);
            remove_database(workplace_ / file_name(key, day_form::open));
            if (auto adopted = into.adopt(workplace_ / file_name(key, day_form::sealed)); !adopted)
                throw thrown_failure{adopted.error()};
            before = last;
            done(d);
        }
    });
}

}  // namespace tickertape::archive
