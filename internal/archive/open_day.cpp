#include "archive/open_day.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape::archive {
namespace {

std::int64_t next_number(std::size_t known, const database& of)
{
    if (static_cast<std::int64_t>(known) >= day_names_max)
        fail(archive_errc::out_of_range, of.path().string() + ": too many names for one day");
    return static_cast<std::int64_t>(known) + 1;
}

}  // namespace

open_day_writer::open_day_writer(const std::filesystem::path& path, position last)
    : file_{path, database::access::write}, last_{last}, begin_{file_.prepare("BEGIN IMMEDIATE")},
      commit_{file_.prepare("COMMIT")}, insert_{file_.prepare(
                                            "INSERT INTO ticks VALUES(?, ?, ?, ?, ?)")},
      insert_symbol_{file_.prepare("INSERT INTO symbols(id, name) VALUES(?, ?)")},
      insert_source_{file_.prepare("INSERT INTO sources(id, name, combined) VALUES(?, ?, ?)")}
{
    read_names_again();
}

void open_day_writer::read_names_again()
{
    symbols_.clear();
    sources_.clear();
    by_id_.clear();
    const auto names = read_names(file_);
    std::int64_t id = 0;
    for (const auto& n : names.symbols)
        symbols_[n.name] = {++id, n.check};
    id = 0;
    for (const auto& n : names.sources)
        sources_[n.name][n.combined] = {++id, n.check};
    sources_size_ = names.sources.size();
}

open_day_writer::number open_day_writer::symbol(symbol_id id, const symbol_table& symbols)
{
    by_id_.resize(symbols.size(), {0, 0});
    auto& known = by_id_[index_of(id)];
    if (known.id != 0)
        return known;
    const auto& name = symbols.name(id);
    auto at = symbols_.find(name);
    if (at == symbols_.end()) {
        const number added{next_number(symbols_.size(), file_), symbol_name(name).check};
        insert_symbol_.bind(1, added.id);
        insert_symbol_.bind(2, std::string_view{name});
        insert_symbol_.run();
        at = symbols_.emplace(name, added).first;
    }
    return known = at->second;
}

open_day_writer::number open_day_writer::source(const tape::past_tick& t)
{
    auto at = sources_.find(t.source);
    if (at == sources_.end())
        at = sources_.try_emplace(t.source).first;
    const auto known = at->second.find(t.combined);
    if (known != at->second.end())
        return known->second;
    const number added{next_number(sources_size_, file_), source_name(t.source, t.combined).check};
    insert_source_.bind(1, added.id);
    insert_source_.bind(2, std::string_view{t.source});
    insert_source_.bind(3, static_cast<std::int64_t>(t.combined));
    insert_source_.run();
    ++sources_size_;
    return at->second.emplace(t.combined, added).first->second;
}

void open_day_writer::append(std::span<const tape::past_tick> ticks, const symbol_table& symbols)
{
    const auto names_before = symbols_.size() + sources_size_;
    begin_.run();
    try {
        auto before = last_;
        for (const auto& t : ticks) {
            assert(t.at > before);
            const auto y = symbol(t.symbol, symbols);
            const auto s = source(t);
            const auto check = row_check(before, t.at, t.value.value(), y.check, s.check);
            insert_.bind(1, stored(t.at));
            insert_.bind(2, y.id);
            insert_.bind(3, t.value.value());
            insert_.bind(4, s.id);
            // Signed, because SQLite keeps it in four bytes then.
            insert_.bind(5, static_cast<std::int64_t>(static_cast<std::int32_t>(check)));
            insert_.run();
            before = t.at;
        }
        commit_.run();
        last_ = before;
    } catch (const thrown_failure&) {
        try {
            file_.run("ROLLBACK");
        } catch (const thrown_failure&) {  // SQLite did so by itself
            (void)0;
        }
        if (symbols_.size() + sources_size_ != names_before)
            read_names_again();
        throw;
    }
}

bool open_day_writer::is_fit() const
{
    return file_.integer("PRAGMA freelist_count") == 0;
}

void open_day_writer::record_hole(const hole& h)
{
    write_day_hole(file_, h);
}

void open_day_writer::finish()
{
    // If a reader is in the way, closing the last connection of all does it, or the next start.
    file_.checkpoint();
}

open_day_scan::open_day_scan(const std::filesystem::path& path, database::access how)
    : file_{path, how}, heading_{read_heading(file_)}, names_{read_names(file_)},
      before_{file_.prepare(
          "SELECT position FROM ticks WHERE position <= ? ORDER BY position DESC LIMIT 1")},
      rows_{file_.prepare("SELECT position, symbol, price, source, \"check\" FROM ticks"
                          " WHERE position > ? ORDER BY position")}
{
}

void open_day_scan::start(position after)
{
    damaged_.clear();
    is_broken_ = false;
    rows_.reset();
    before_.reset();
    good_ = heading_.previous;
    if (after > good_) {
        before_.bind(1, stored(after));
        if (before_.step())
            good_ = std::max(good_, from_stored(before_.integer(0)));
        before_.reset();
    }
    candidate_ = good_;
    rows_.bind(1, stored(good_));
}

bool can_be_read(const std::filesystem::path& path, position after, position last)
{
    open_day_scan scan{path, database::access::read};
    scan.start(after);
    while (scan.next()) {
    }
    return scan.damaged().empty() && scan.reached() == last && !scan.has_unverified_tail();
}

std::optional<std::uint32_t> open_day_scan::check_of(const day_row& row, position before)
{
    const auto* symbol = day_names::find(names_.symbols, row.symbol);
    const auto* source = day_names::find(names_.sources, row.source);
    if (symbol == nullptr || source == nullptr)
        return std::nullopt;
    return row_check(before, row.at, row.value, symbol->check, source->check);
}

std::optional<day_row> open_day_scan::next()
{
    try {
        while (rows_.step()) {
            const auto symbol = rows_.integer(1);
            const auto source = rows_.integer(3);
            const auto number_of = [](std::int64_t n) {
                return n < 0 || n > day_names_max ? std::uint16_t{0}
                                                  : static_cast<std::uint16_t>(n);
            };
            const day_row row{
                from_stored(rows_.integer(0)), rows_.real(2), number_of(symbol), number_of(source)};
            const auto before = candidate_;
            candidate_ = row.at;
            // A name that was added since this file was opened.
            if (row.symbol > names_.symbols.size() || row.source > names_.sources.size())
                names_ = read_names(file_);
            const auto check = check_of(row, before);
            if (!check || static_cast<std::int32_t>(*check) != rows_.integer(4) ||
                row.at <= before || before < good_)
                continue;
            if (before != good_)
                damaged_.push_back({good_, before});
            before_row_ = before;
            good_ = row.at;
            return row;
        }
    } catch (const thrown_failure& e) {
        if (e.said().code != archive_errc::damaged)
            throw;
        is_broken_ = true;
    }
    rows_.reset();
    return std::nullopt;
}

}  // namespace tickertape::archive
