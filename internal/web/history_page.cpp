#include "web/history_page.hpp"

#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tickertape::web {
namespace {

constexpr std::size_t row_bytes_usual = 112;
constexpr std::size_t around_rows_bytes = 256;  // with a gap

}  // namespace

history_page::history_page(
    const tape::tapes& prices, const source_table& sources, symbol_id of,
    const history_request& wanted)
    : prices_{prices}, sources_{sources}, symbol_{of}, tape_{prices.of(of)}, wanted_{wanted},
      reached_{wanted.after.value_or(position{})}
{
}

position history_page::held_after() const noexcept
{
    return std::max(tape_.evicted(), prices_.epoch());
}

// What leads to where positions begin is missing because of the restart.
history_page::gap history_page::gap_of(position from, position to, gap_cause why) const noexcept
{
    const auto epoch = prices_.epoch();
    const bool is_restart = from < epoch && to >= epoch;
    return {from, to, is_restart ? sse::gap_reason::restarted : sse::reason_of(why)};
}

void history_page::read_memory()
{
    if (goes_forwards())
        read_forwards();
    else
        read_backwards();
}

std::optional<series::tick_query> history_page::query()
{
    const auto held = held_after();
    // One more than there is room for says whether there are more.
    const auto most = wanted_.limit - rows_.count + 1;
    auto until = std::min(held, wanted_.last.value_or(held));
    if (goes_forwards()) {
        if (wanted_.is_unknown || until <= *wanted_.after)
            return std::nullopt;
        asked_ = {symbol_, *wanted_.after, until, most, series::end::oldest};
        return asked_;
    }
    if (rows_.count > 0)
        until = std::min(until, rows_.first.previous());
    if (gap_)
        until = std::min(until, gap_->from);
    if (is_over_ || until == position{})
        return std::nullopt;
    asked_ = {symbol_, {}, until, most, series::end::newest};
    return asked_;
}

void history_page::take(series::tick_answer found)
{
    if (goes_forwards())
        take_forwards(std::move(found));
    else
        take_backwards(std::move(found));
}

bool history_page::can_do_without() noexcept
{
    if (goes_forwards() || rows_.count == 0)
        return false;
    end_at(rows_.first.previous());
    return true;
}

void history_page::take_forwards(series::tick_answer found)
{
    if (found.to <= asked_.after)
        return;  // nothing is known there: memory tells what is missing
    if (found.from > asked_.after)
        gap_ = gap_of(asked_.after, found.from, found.why);
    for (const auto& t : found.ticks) {
        if (rows_.count == wanted_.limit) {
            end_at(rows_.last);
            return;
        }
        add(rows_, t.at, t.value, t.source, t.combined);
    }
    reached_ = found.to;
    if (found.to < asked_.until)
        end_at(found.to);
}

void history_page::take_backwards(series::tick_answer found)
{
    if (found.to < asked_.until) {
        if (rows_.count > 0) {
            end_at(rows_.first.previous());
            return;
        }
        gap_ = gap_of(found.to, gap_ ? gap_->to : asked_.until, found.why);
    }
    const auto room = wanted_.limit - rows_.count;
    const bool is_cut = found.ticks.size() > room;
    block older;
    const auto first =
        found.ticks.begin() +
        static_cast<std::ptrdiff_t>(is_cut ? found.ticks.size() - room : std::size_t{0});
    for (auto t = first; t != found.ticks.end(); ++t)
        add(older, t->at, t->value, t->source, t->combined);
    append(older, rows_);
    rows_ = std::move(older);
    has_more_ = is_cut || found.has_more;
    reached_ = is_cut && rows_.count > 0 ? rows_.first.previous() : found.from;
    is_over_ = true;
}

// The page has more behind it, or before it if it goes backwards.
void history_page::end_at(position p) noexcept
{
    reached_ = p;
    has_more_ = true;
    is_over_ = true;
}

void history_page::read_forwards()
{
    if (is_over_)
        return;
    const auto begin = reached_;
    const bool goes_on = begin > *wanted_.after;  // behind what the archive has given
    if (goes_on && wanted_.last && begin >= *wanted_.last)
        return;
    const auto committed = prices_.committed();
    auto until = std::min(committed, wanted_.last.value_or(committed));
    std::optional<tape::hole> hole;
    bool ends_at_hole = false;
    for (auto at = begin; !ends_at_hole;) {
        const auto missing = prices_.next_hole(at, until);
        if (!missing)
            break;
        if (goes_on || tape_.first_after(at) < tape_.first_after(missing->after)) {
            ends_at_hole = true;
            until = std::max(begin, missing->after);
        } else {
            hole = missing;
            at = missing->end;
        }
    }
    block held;
    const auto end = tape_.first_after(until);
    const auto next = add_held(held, tape_.first_after(begin), end, wanted_.limit - rows_.count);
    // Asked after the reading: what is gone by now may be missing there.
    if (goes_on && tape_.evicted() > begin) {
        end_at(begin);
        return;
    }
    append(rows_, held);
    has_more_ = next < end || ends_at_hole;
    if (!goes_on)
        gap_ = gap_behind(begin, hole);
    reached_ =
        std::max({begin, rows_.last, hole ? hole->end : position{}, gap_ ? gap_->to : position{}});
}

// The newest ticks up to the end that was asked for. A hole ends them.
void history_page::read_backwards()
{
    const auto committed = prices_.committed();
    auto until = std::min(committed, wanted_.last.value_or(committed));
    const auto oldest = tape_.first_after({});
    auto begin = oldest;
    auto end = tape_.first_after(until);
    bool begins_at_hole = false;
    while (!begins_at_hole) {
        std::optional<tape::hole> last;
        for (auto h = prices_.next_hole({}, until); h; h = prices_.next_hole(h->end, until))
            last = h;
        if (!last)
            break;
        if (tape_.first_after(last->end) < end) {
            begins_at_hole = true;
            begin = std::max(oldest, tape_.first_after(last->end));
        } else {
            gap_ = gap{last->from, gap_ ? gap_->to : last->to, sse::reason_of(last->why)};
            until = std::min(until.previous(), last->after);
            end = tape_.first_after(until);
        }
    }
    begin = std::min(begin, end);
    const bool is_cut = end - begin > wanted_.limit;
    add_held(rows_, is_cut ? end - wanted_.limit : begin, end, wanted_.limit);
    // Where all of them were overwritten meanwhile, so was what lay before them.
    if ((is_cut || begins_at_hole) && rows_.count > 0)
        end_at(rows_.first.previous());
}

// What is missing behind `after`. Asked after the reading, as above.
std::optional<history_page::gap>
history_page::gap_behind(position after, const std::optional<tape::hole>& hole) const
{
    const auto epoch = prices_.epoch();
    const auto gone = tape_.evicted();
    const auto hole_end = hole ? hole->to : position{};
    if (wanted_.is_unknown)
        return gap{after, std::max({epoch, gone, hole_end}), sse::gap_reason::restarted};
    if (gone > std::max(after, epoch))
        return gap{after, std::max(gone, hole_end), sse::gap_reason::evicted};
    if (after < epoch)
        return gap{after, std::max(epoch, hole_end), sse::gap_reason::restarted};
    if (hole)
        return gap{
            hole->ends_its_place() ? after : hole->from, hole->to, sse::reason_of(hole->why)};
    return std::nullopt;
}

tape::symbol_tape::index history_page::add_held(
    block& to, tape::symbol_tape::index from, tape::symbol_tape::index until,
    std::size_t most) const
{
    to.text.reserve(row_bytes_usual * std::min<std::size_t>(most, until - std::min(from, until)));
    auto i = from;
    for (; i < until && to.count < most; ++i)
        if (const auto e = tape_.read(i))
            add(to, e->at, e->value, sources_.name(e->source), sources_.combined(e->source));
    return i;
}

// In place: a row of its own, copied thrice, took most of the time of an answer.
void history_page::add(
    block& to, position at, price value, std::string_view source, unsigned combined)
{
    std::array<char, std::max(position::text_bytes_max, price::text_bytes_max)> text;
    auto& rows = to.text;
    rows += ",{\"id\":\"";
    rows.append(text.data(), at.write(text.data()));
    rows += "\",\"timestamp\":";
    rows.append(text.data(), std::to_chars(text.begin(), text.end(), at.ms() / 1000).ptr);
    rows += ",\"price\":";
    rows.append(text.data(), value.write(text.data()));
    rows += ",\"source\":";
    json::append_string(rows, source);
    if (combined > 0) {
        rows += ",\"sources\":";
        rows += std::to_string(combined);
    }
    rows += '}';
    if (to.count++ == 0)
        to.first = at;
    to.last = at;
}

void history_page::append(block& to, const block& more)
{
    if (more.count == 0)
        return;
    if (to.count == 0)
        to.first = more.first;
    to.text += more.text;
    to.count += more.count;
    to.last = more.last;
}

// What to ask with next: for what follows, now or later; or for what lies before, if anything does.
std::string history_page::next() const
{
    json::object o;
    if (!goes_forwards()) {
        if (!has_more_)
            return "null";
        return std::move(o.text("before", reached_.next().text())).done();
    }
    auto seen = std::max(reached_, gap_ ? gap_->to : position{});
    // A range that is over stays one that can be asked for.
    if (wanted_.last)
        seen = std::min(seen, std::max(*wanted_.last, *wanted_.after));
    return std::move(o.text("after", seen.text())).done();
}

std::string history_page::json() const
{
    json::object o;
    o.reserve(rows_.text.size() + around_rows_bytes);
    o.text("symbol", prices_.symbols().name(symbol_));
    auto rows = rows_.text + ']';
    if (rows_.count > 0)
        rows.front() = '[';
    else
        rows = "[]";
    o.json("ticks", rows);
    o.boolean("more", has_more_);
    if (wanted_.pages)
        o.json("next", next());
    if (gap_) {
        json::object missing;
        missing.text("from", gap_->from.text()).text("to", gap_->to.text());
        missing.text("reason", sse::to_string(gap_->why));
        o.json("gap", std::move(missing).done());
    }
    return std::move(o).done();
}

}  // namespace tickertape::web
