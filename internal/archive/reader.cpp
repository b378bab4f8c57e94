#include "archive/reader.hpp"

#include "archive/files.hpp"

#include <algorithm>
#include <queue>
#include <utility>

namespace tickertape::archive {
namespace {

// Rows of a symbol that are read at once where several are merged, at least.
constexpr std::size_t rows_at_once_min = 16;

// Damage that is passed by for one answer.
constexpr int turns_max = 1'000;

// The symbol of each number of a file, where this process knows it.
std::vector<std::optional<symbol_id>> ids_of(const day_names& names, const symbol_table& symbols)
{
    std::vector<std::optional<symbol_id>> ids(names.symbols.size() + 1);
    for (std::size_t i = 0; i < names.symbols.size(); ++i)
        ids[i + 1] = symbols.find(names.symbols[i].name);
    return ids;
}

tape::past_tick tick_of(const day_row& row, symbol_id symbol, const day_names& names)
{
    const auto value = price::from(row.value);
    const auto* source = day_names::find(names.sources, row.source);
    if (!value || source == nullptr)
        fail(archive_errc::damaged, row.at.text() + ": no price");
    return {row.at, symbol, *value, source->name, source->combined};
}

}  // namespace

struct reader::progress_of {
    const tape::past_query& query;
    tape::past_batch batch;
    // Damage was met, or what may be looked at for one answer has been.
    bool is_over = false;

    std::size_t room() const noexcept { return query.ticks_max - batch.ticks.size(); }
    void add(tape::past_tick t)
    {
        batch.to = t.at;
        batch.ticks.push_back(std::move(t));
        is_over = is_over || room() == 0;
    }
};

reader::reader(
    std::filesystem::path directory, const symbol_table& symbols, std::shared_ptr<inventory> of)
    : directory_{std::move(directory)}, symbols_{symbols}, inventory_{std::move(of)}
{
}

result<tape::past_batch> reader::read(const tape::past_query& query)
{
    return guarded([&]() -> tape::past_batch {
        // Damage that is met becomes a hole, and the next turn begins behind it.
        for (int turns = 0; turns < turns_max; ++turns) {
            const auto view = inventory_->look();
            const auto& days = view.held->days;
            if (days.empty() || query.ticks_max == 0)
                return tape::past_batch{query.after, query.after, {}};
            const auto [from, limit, why] = inventory::known(view, query.after, query.until);
            if (limit <= from)
                return tape::past_batch{from, from, {}, why};
            auto batch = read_known(query, from, limit);
            batch.why = why;
            if (batch.to > batch.from)
                return batch;
        }
        fail(archive_errc::damaged, directory_.string() + ": damaged in too many places");
    });
}

// Reads from one position up to another, between which no hole is known.
tape::past_batch reader::read_known(const tape::past_query& query, position from, position limit)
{
    const auto view = inventory_->look();
    // Files that were set aside are not those of that name.
    if (std::exchange(eras_, view.held->eras) != view.held->eras)
        opened_.clear();
    progress_of answer{query, {from, from, {}}};
    answer.batch.ticks.reserve(std::min<std::size_t>(query.ticks_max, 4096));
    for (const auto& day : view.held->days) {
        const auto last = std::min(day.last, view.last);
        if (last <= answer.batch.to || day.previous >= limit)
            continue;
        const auto end = std::min(limit, last);
        try {
            if (day.form == day_form::sealed)
                read_sealed(day, end, answer);
            else
                read_open(day, end, answer);
        } catch (const thrown_failure& e) {
            std::erase_if(opened_, [&](const opened& o) { return o.key == day.key; });
            const auto now = inventory_->look();
            // Sealed or dropped since it was looked up: the next turn finds it.
            if (now.held != view.held)
                return answer.batch;
            if (e.said().code != archive_errc::damaged &&
                std::filesystem::exists(directory_ / file_name(day.key, day.form)))
                throw;
            report(day, std::max(day.previous, answer.batch.to), last, true);
            return answer.batch;
        }
        if (answer.is_over)
            return answer.batch;
        answer.batch.to = end;
    }
    answer.batch.to = limit;
    return answer.batch;
}

reader::opened& reader::open(const held_day& day)
{
    const auto at = std::ranges::find_if(
        opened_, [&day](const opened& o) { return o.key == day.key && o.form == day.form; });
    if (at != opened_.end()) {
        opened_.splice(opened_.begin(), opened_, at);
        return opened_.front();
    }
    const auto file = directory_ / file_name(day.key, day.form);
    if (day.form == day_form::sealed) {
        if (!inventory_->is_verified(day.sha256)) {
            if (sha256_of(file) != day.sha256)
                fail(archive_errc::damaged, file.string() + ": its SHA-256 differs");
            inventory_->set_verified(day.sha256);
        }
        opened_.push_front({day.key, day.form, std::make_unique<sealed_day>(file)});
    } else {
        opened_.push_front(
            {day.key, day.form, std::make_unique<open_day_scan>(file, database::access::read)});
    }
    if (opened_.size() > days_open_max)
        opened_.pop_back();
    return opened_.front();
}

void reader::report(const held_day& day, position from, position to, bool is_whole_file)
{
    inventory_->report({day.key, {from, to, hole_reason::damaged}, is_whole_file});
}

// Merges the rows of the symbols, which stand apart in the file.
void reader::read_sealed(const held_day& day, position limit, progress_of& answer)
{
    struct cursor {
        std::uint16_t number;
        symbol_id symbol;
        std::vector<day_row> rows;
        std::size_t next = 0;
        bool is_at_end = false;
    };
    auto& file = *std::get<sealed_ptr>(open(day).file);
    const auto ids = ids_of(file.names(), symbols_);
    const auto rows_at_once =
        answer.room() / std::max<std::size_t>(answer.query.symbols.size(), 1) + rows_at_once_min;
    std::vector<cursor> cursors;
    for (std::size_t n = 1; n < ids.size(); ++n)
        if (ids[n] && std::ranges::count(answer.query.symbols, *ids[n]) != 0)
            cursors.push_back({static_cast<std::uint16_t>(n), *ids[n], {}});
    using head = std::pair<position, std::size_t>;
    std::priority_queue<head, std::vector<head>, std::greater<>> heads;
    const auto refill = [&](std::size_t index, position after) {
        auto& c = cursors[index];
        c.rows.clear();
        c.next = 0;
        if (!c.is_at_end)
            file.read(c.number, after, limit, rows_at_once, c.rows);
        c.is_at_end = c.rows.size() < rows_at_once;
        if (!c.rows.empty())
            heads.emplace(c.rows.front().at, index);
    };
    for (std::size_t i = 0; i < cursors.size(); ++i)
        refill(i, std::max(answer.batch.to, day.previous));
    while (!heads.empty() && !answer.is_over) {
        const auto index = heads.top().second;
        heads.pop();
        auto& c = cursors[index];
        const auto row = c.rows[c.next++];
        answer.add(tick_of(row, c.symbol, file.names()));
        if (c.next < c.rows.size())
            heads.emplace(c.rows[c.next].at, index);
        else
            refill(index, row.at);
    }
}

void reader::read_open(const held_day& day, position limit, progress_of& answer)
{
    auto& scan = *std::get<open_ptr>(open(day).file);
    const auto after = answer.batch.to;
    const auto last = std::min(day.last, inventory_->look().last);
    std::vector<std::optional<symbol_id>> ids;
    // What is not reset holds a snapshot of the file, and so its log from being used again.
    struct resets {
        open_day_scan& of;
        ~resets() { of.stop(); }
    } const at_end{scan};
    scan.start(after);
    for (std::size_t looked = 0;; ++looked) {
        const auto row = scan.next();
        if (!scan.damaged().empty()) {
            const auto& d = scan.damaged().front();
            report(day, std::max(d.from, after), d.to, false);
            answer.is_over = true;
            return;
        }
        if (!row) {
            if (scan.reached() < limit) {
                report(day, std::max(scan.reached(), after), last, false);
                answer.is_over = true;
            }
            return;
        }
        if (row->at > limit)
            return;
        if (row->symbol >= ids.size())
            ids = ids_of(scan.names(), symbols_);
        const auto symbol = ids[row->symbol];
        if (symbol && row->at > after && std::ranges::count(answer.query.symbols, *symbol) != 0)
            answer.add(tick_of(*row, *symbol, scan.names()));
        answer.batch.to = std::max(answer.batch.to, row->at);
        if (answer.is_over || row->at == limit)
            return;
        if (looked == rows_looked_at_max) {
            answer.is_over = true;
            return;
        }
    }
}

}  // namespace tickertape::archive
