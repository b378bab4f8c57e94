#include "postgres/reader.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace tickertape::postgres {

using archive::archive_errc;
using archive::guarded;
using archive::inventory;
using archive::newest_ticks;
using archive::result;
using archive::stored;

reader::reader(
    connection::terms of, const symbol_table& symbols, std::shared_ptr<const inventory> holds,
    bool is_shared)
    : terms_{std::move(of)}, symbols_{symbols}, inventory_{std::move(holds)}, is_shared_{is_shared}
{
}

void reader::attach()
{
    if (connection_ && !connection_->is_broken())
        return;
    connection_.reset();
    if (std::chrono::steady_clock::now() < not_before_)
        archive::fail(archive_errc::busy, "PostgreSQL could not be reached a moment ago");
    connection_ = std::make_unique<connection>(terms_);
    names_.emplace(symbols_);
}

template <class F>
auto reader::asking(F ask) -> result<decltype(ask())>
{
    auto answer = guarded([&] {
        attach();
        return ask();
    });
    if (!answer && (!connection_ || connection_->is_broken()))
        not_before_ = std::chrono::steady_clock::now() + retry;
    return answer;
}

// Rows of position, symbol, price and source.
void reader::add(const rows& found, tape::past_batch& to)
{
    to.ticks.reserve(found.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto at = archive::from_stored(found.integer(i, 0));
        const auto symbol = names_->symbol_of(found.integer(i, 1));
        const auto value = price::from(found.real(i, 2));
        const auto* source = names_->source_of(*connection_, found.integer(i, 3));
        if (!symbol || !value || source == nullptr)
            connection_->fail(archive_errc::damaged, at.text() + ": no price");
        to.ticks.push_back({at, *symbol, *value, source->name, source->combined});
    }
}

// By another process, of which the inventory may not have heard yet.
bool reader::is_dropped(archive::utc_day day)
{
    const auto found = connection_->ask(
        "SELECT ticks_dropped_before > $1::date FROM archive", {archive::text_of(day)});
    return found.text(0, 0) == "t";
}

result<tape::past_batch> reader::read(const tape::past_query& query)
{
    const auto view = inventory_->look();
    const auto [from, limit, why] = inventory::known(view, query.after, query.until);
    if (limit <= from || query.ticks_max == 0)
        return tape::past_batch{from, from, {}, why};
    return asking([&, first = from, last = limit, cause = why] {
        tape::past_batch batch{first, last, {}, cause};
        const auto numbers = names_->find(*connection_, query.symbols);
        if (numbers.empty())
            return batch;
        array_text wanted;
        for (const auto number : numbers)
            wanted.add(number);
        std::vector<std::string> parameters{
            wanted.take(), std::to_string(stored(first)), std::to_string(stored(last)),
            std::to_string(query.ticks_max)};
        if (numbers.size() <= few_symbols) {
            // Compared as pairs, so that no other index than that of symbols gives the order.
            add(connection_->ask(
                    "SELECT t.position, t.symbol, t.price, t.source FROM unnest($1::smallint[]) AS"
                    " w(symbol) CROSS JOIN LATERAL (SELECT * FROM ticks k WHERE"
                    " (k.symbol, k.position) > (w.symbol, $2::bigint) AND"
                    " (k.symbol, k.position) <= (w.symbol, $3::bigint) AND"
                    " k.position > $2::bigint AND k.position <= $3::bigint"
                    " ORDER BY k.symbol, k.position LIMIT $4::bigint) t"
                    " ORDER BY t.position LIMIT $4::bigint",
                    parameters),
                batch);
        } else {
            parameters.push_back(std::to_string(rows_looked_at_max));
            const std::string looked =
                "(SELECT * FROM ticks WHERE position > $2::bigint AND position <= $3::bigint"
                " ORDER BY position LIMIT $5::bigint) t";
            add(connection_->ask(
                    "SELECT position, symbol, price, source FROM " + looked +
                        " WHERE symbol = ANY($1::smallint[]) ORDER BY position LIMIT $4::bigint",
                    parameters),
                batch);
            if (batch.ticks.size() < query.ticks_max) {
                const auto end = connection_->ask(
                    "SELECT position FROM ticks WHERE position > $1::bigint AND position <="
                    " $2::bigint ORDER BY position OFFSET $3::bigint LIMIT 1",
                    {parameters[1], parameters[2], std::to_string(rows_looked_at_max - 1)});
                if (end.size() != 0)
                    batch.to = archive::from_stored(end.integer(0, 0));
            }
        }
        if (batch.ticks.size() == query.ticks_max)
            batch.to = batch.ticks.back().at;
        // What was read is worth something only where it is still held, as when a day is dropped.
        const auto now = inventory_->look();
        const auto& days = now.held->days;
        const bool is_gone = now.held->eras != view.held->eras || days.empty() ||
                             days.front().previous > first ||
                             (is_shared_ && is_dropped(archive::day_of(first.next())));
        return is_gone ? tape::past_batch{first, first, {}} : batch;
    });
}

result<newest_ticks> reader::newest(std::size_t per_symbol, std::size_t days_max)
{
    return asking([&] {
        const auto view = inventory_->look();
        newest_ticks found;
        // Nothing before the end of the newest hole is of use: a tape has no place for a hole. The
        // hole may lie behind all that is archived.
        position floor;
        for (const auto& h : view.held->holes)
            floor = std::max(floor, h.to);
        found.known_since = std::max(view.last, floor);
        const auto& days = view.held->days;
        if (days.empty() || days_max == 0 || per_symbol == 0 || view.last <= floor)
            return found;
        const auto& oldest = days[days.size() - std::min(days.size(), days_max)];
        found.known_since = std::max(floor, oldest.previous);
        counts_.assign(symbols_.size(), 0);
        sources_.clear();
        try {
            // Now, because nothing can be looked up while an answer is under way.
            names_->load(*connection_);
            add_newest(view.last, per_symbol, found);
        } catch (...) {
            connection_.reset();  // an answer may still be under way
            throw;
        }
        std::ranges::sort(found.ticks, {}, &archive::newest_tick::at);
        return found;
    });
}

// From the end of all ticks back, as many as would do if all symbols had ticks equally often: that
// is the order in which they lie on the disk. Then those of symbols that have them less often.
void reader::add_newest(position until, std::size_t per_symbol, newest_ticks& to)
{
    const auto after = std::to_string(stored(to.known_since));
    auto left = per_symbol * symbols_.size();
    auto end = until;
    const auto ask = [&] {
        connection_->send(
            "SELECT position, symbol, price, source FROM ticks WHERE position > $1::bigint AND"
            " position <= $2::bigint ORDER BY position DESC LIMIT $3::bigint",
            {after, std::to_string(stored(end)), std::to_string(std::min(left, newest_at_once))});
    };
    for (ask();;) {
        const auto asked = std::min(left, newest_at_once);
        const auto found = connection_->receive();
        left -= asked;
        if (found.size() < asked) {
            take(found, per_symbol, to);
            return;
        }
        end = archive::from_stored(found.integer(asked - 1, 0)).previous();
        if (left != 0)
            ask();
        take(found, per_symbol, to);
        if (left == 0)
            break;
    }
    for (const auto symbol : symbols_.all())
        if (const auto has = counts_[index_of(symbol)]; has < per_symbol)
            add_newest_of(symbol, end, per_symbol, to);
}

void reader::add_newest_of(symbol_id symbol, position until, std::size_t most, newest_ticks& to)
{
    const auto number = names_->find(*connection_, symbol);
    if (!number)
        return;
    connection_->send(
        "SELECT position, symbol, price, source FROM ticks WHERE"
        " (symbol, position) > ($1::smallint, $2::bigint) AND"
        " (symbol, position) <= ($1::smallint, $3::bigint) AND position > $2::bigint AND"
        " position <= $3::bigint ORDER BY symbol DESC, position DESC LIMIT $4::bigint",
        {std::to_string(*number), std::to_string(stored(to.known_since)),
         std::to_string(stored(until)), std::to_string(most - counts_[index_of(symbol)])});
    take(connection_->receive(connection::long_answer_max), most, to);
}

// Rows of position, symbol, price and source, as numbers; of each symbol so many and no more.
void reader::take(const rows& found, std::size_t most, newest_ticks& to)
{
    for (std::size_t i = 0; i < found.size(); ++i) {
        // One that is not configured any more.
        const auto symbol = names_->symbol_of(found.integer(i, 1));
        if (!symbol || counts_[index_of(*symbol)] == most)
            continue;
        const auto value = price::from(found.real(i, 2));
        const auto number = found.integer(i, 3);
        const auto [at, is_new] =
            sources_.try_emplace(number, static_cast<std::uint32_t>(to.sources.size()));
        if (is_new) {
            const auto* source = names_->source_of(*connection_, number);
            if (source == nullptr)
                connection_->fail(archive_errc::damaged, "a tick has no source");
            to.sources.push_back({source->name, source->combined});
        }
        if (!value)
            connection_->fail(archive_errc::damaged, "a tick has no price");
        ++counts_[index_of(*symbol)];
        to.ticks.push_back(
            {archive::from_stored(found.integer(i, 0)), *symbol, at->second, *value});
    }
}

}  // namespace tickertape::postgres
