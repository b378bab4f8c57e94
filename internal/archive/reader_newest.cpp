#include "archive/reader.hpp"

#include <algorithm>
#include <map>

namespace tickertape::archive {

// Goes back from the newest day, with as many ticks of each symbol as are still wanted.
class reader::newest_search {
public:
    newest_search(reader& of, std::size_t per_symbol) : of_{of}, per_symbol_{per_symbol}
    {
        by_symbol_.resize(of_.symbols_.size());
    }

    bool is_done() const noexcept
    {
        return std::ranges::all_of(
            by_symbol_, [this](const auto& ticks) { return ticks.size() >= per_symbol_; });
    }

    // The newest rows of that day which lie after `floor`, and not after `last`.
    void take(const held_day& day, position floor, position last)
    {
        auto& opened = of_.open(day);
        if (day.form == day_form::sealed)
            take_sealed(*std::get<sealed_ptr>(opened.file), floor, last);
        else
            take_open(*std::get<open_ptr>(opened.file), floor, last);
    }

    newest_ticks finish(position known_since)
    {
        newest_ticks found;
        found.known_since = known_since;
        found.sources = std::move(sources_);
        std::size_t size = 0;
        for (const auto& ticks : by_symbol_)
            size += ticks.size();
        found.ticks.reserve(size);
        for (const auto& ticks : by_symbol_)
            found.ticks.insert(found.ticks.end(), ticks.begin(), ticks.end());
        std::ranges::sort(found.ticks, {}, &newest_tick::at);
        return found;
    }

private:
    struct numbers {
        std::vector<std::optional<symbol_id>> symbols;
        std::vector<std::uint32_t> sources;
    };

    std::uint32_t source(const stored_name& name)
    {
        const auto [at, is_new] = known_sources_.try_emplace(
            {name.name, name.combined}, static_cast<std::uint32_t>(sources_.size()));
        if (is_new)
            sources_.push_back({name.name, name.combined});
        return at->second;
    }

    numbers numbers_of(const day_names& names)
    {
        numbers n;
        n.symbols.resize(names.symbols.size() + 1);
        for (std::size_t i = 0; i < names.symbols.size(); ++i)
            n.symbols[i + 1] = of_.symbols_.find(names.symbols[i].name);
        n.sources.resize(names.sources.size() + 1);
        for (std::size_t i = 0; i < names.sources.size(); ++i)
            n.sources[i + 1] = source(names.sources[i]);
        return n;
    }

    static newest_tick tick_of(const day_row& row, symbol_id symbol, const numbers& n)
    {
        const auto value = price::from(row.value);
        if (!value || row.source >= n.sources.size())
            fail(archive_errc::damaged, row.at.text() + ": no price");
        return {row.at, symbol, n.sources[row.source], *value};
    }

    void take_sealed(sealed_day& file, position floor, position last)
    {
        const auto n = numbers_of(file.names());
        std::vector<day_row> rows;
        for (std::size_t number = 1; number < n.symbols.size(); ++number) {
            if (!n.symbols[number])
                continue;
            auto& ticks = by_symbol_[index_of(*n.symbols[number])];
            if (ticks.size() >= per_symbol_)
                continue;
            rows.clear();
            file.read_newest(
                static_cast<std::uint16_t>(number), last, per_symbol_ - ticks.size(), rows);
            for (const auto& row : rows)
                if (row.at > floor)
                    ticks.push_back(tick_of(row, *n.symbols[number], n));
        }
    }

    void take_open(open_day_scan& scan, position floor, position last)
    {
        struct ring {
            std::vector<newest_tick> ticks;
            std::size_t oldest = 0;
        };
        std::vector<ring> rings(by_symbol_.size());
        numbers n;
        scan.start(floor);
        for (auto row = scan.next(); row && row->at <= last; row = scan.next()) {
            if (row->symbol >= n.symbols.size() || row->source >= n.sources.size())
                n = numbers_of(scan.names());
            const auto symbol = n.symbols[row->symbol];
            if (!symbol || row->at <= floor)
                continue;
            auto& r = rings[index_of(*symbol)];
            const auto room =
                per_symbol_ - std::min(per_symbol_, by_symbol_[index_of(*symbol)].size());
            const auto t = tick_of(*row, *symbol, n);
            if (r.ticks.size() < room) {
                r.ticks.push_back(t);
            } else if (room > 0) {
                r.ticks[r.oldest] = t;
                r.oldest = (r.oldest + 1) % room;
            }
        }
        scan.stop();
        if (!scan.damaged().empty() || scan.reached() < last)
            fail(archive_errc::damaged, scan.file().path().string() + ": does not verify");
        for (std::size_t i = 0; i < rings.size(); ++i)
            by_symbol_[i].insert(by_symbol_[i].end(), rings[i].ticks.begin(), rings[i].ticks.end());
    }

    reader& of_;
    std::size_t per_symbol_;
    std::vector<std::vector<newest_tick>> by_symbol_;
    std::vector<newest_ticks::source> sources_;
    std::map<std::pair<std::string, unsigned>, std::uint32_t> known_sources_;
};

result<newest_ticks> reader::newest(std::size_t per_symbol, std::size_t days_max)
{
    return guarded([&] {
        const auto view = inventory_->look();
        // Nothing before the end of the newest hole is of use: a tape has no place for a hole. The
        // hole may lie behind all that is archived.
        position floor;
        for (const auto& h : view.held->holes)
            floor = std::max(floor, h.to);
        auto known_since = std::max(view.last, floor);
        newest_search search{*this, per_symbol};
        const auto& days = view.held->days;
        for (auto day = days.rbegin(); day != days.rend() && days_max > 0; ++day) {
            const auto last = std::min(day->last, view.last);
            if (last <= floor || search.is_done())
                break;
            if (last <= day->previous)
                continue;
            try {
                search.take(*day, std::max(floor, day->previous), last);
            } catch (const thrown_failure& e) {
                if (e.said().code != archive_errc::damaged)
                    throw;
                // What was taken of the days after it stands.
                report(*day, day->previous, last, day->form == day_form::sealed);
                break;
            }
            known_since = std::max(floor, day->previous);
            --days_max;
        }
        return search.finish(known_since);
    });
}

}  // namespace tickertape::archive
