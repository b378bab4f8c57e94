#include "relay/follower.hpp"

#include "relay/farewell.hpp"
#include "relay/message.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::relay {

namespace asio = boost::asio;

follower::follower(parts of, limits bounds, position top)
    : of_{std::move(of)}, limits_{bounds}, top_{top}, held_{bounds.held}, retry_{bounds.retry}
{
}

void follower::stop()
{
    is_stopping_ = true;
    of_.again.ring();
}

asio::awaitable<void> follower::run()
{
    while (!is_stopping_) {
        bool done = true;
        if (!is_sure_) {
            // Whatever happens meanwhile asks for another comparison.
            is_sure_ = true;
            is_comparing_ = true;
            done = co_await look_back(top_);
            is_comparing_ = false;
            is_sure_ = is_sure_ && done;
        }
        if (done)
            done = co_await read_on();
        if (is_stopping_)
            break;
        of_.has_read();
        if (done) {
            retry_.reset();
            continue;
        }
        ++figures_.failures;
        co_await of_.again.wait(of_.time.steady_now() + retry_.next(random_fraction()));
    }
}

asio::awaitable<bool> follower::read_on()
{
    auto read = co_await of_.log.read(top_, limits_.batch_max, limits_.wait);
    if (!read)
        co_return false;
    // What another server has is compared before anything of it is taken.
    if (auto server = of_.log.read_from(); server != server_) {
        const bool is_first = std::exchange(server_, std::move(server)).empty();
        if (!is_first) {
            compare(cause::other_server);
            co_return true;
        }
    }
    const bool is_all = read->size() < limits_.batch_max;
    for (auto& e : *read) {
        if (is_stopping_)
            co_return true;
        const bool done = co_await take(e);
        if (!done)
            co_return false;
    }
    if (is_all)
        at_top_ = of_.time.steady_now();
    co_return true;
}

asio::awaitable<bool> follower::take(entry& e)
{
    const auto before = e.follows();
    if (top_ == position{})
        begin(e);
    else
        switch (link_of(e, top_, held_)) {
        case link::next:
            break;
        case link::hole: {
            // Who put it back lacks what it followed at first. Others of that history may be
            // missing that lie before our top.
            const bool is_rooted = is_joined_ && before == e.after;
            miss(is_rooted ? top_ : known_after_, before, gap_cause::evicted);
            break;
        }
        case link::begun:
            miss(top_, e.at.previous(), gap_cause::evicted);
            break;
        case link::orphaned:
            figures_.orphans += held_.drop(before, top_);
            break;
        case link::forked: {
            const bool done = co_await look_back(before);
            if (!done)
                co_return false;
            // Gone from there: what it followed nobody can say, nor where the two parted.
            if (!is_known(before))
                miss(known_after_, before, gap_cause::evicted);
            figures_.orphans += held_.drop(before, top_);
            break;
        }
        case link::conflict:
            ++figures_.conflicts;
            co_return true;
        case link::repeated:
        case link::passed:
            co_return true;
        }
    settle_born(e);
    is_joined_ = true;
    hand_on(e);
    top_ = e.at;
    if (is_farewell(e.words))
        of_.has_farewell();
    held_.add(std::move(e));
    co_return true;
}

// Of what was before the first entry that is read nothing is known. Where the log itself begins
// with it, an older id is of another history.
void follower::begin(const entry& first)
{
    const auto before = first.follows();
    known_after_ = before == position{} ? first.at.previous() : before;
    of_.to.begin(known_after_);
}

// An entry that was put back behind others. Those who put it back may not have had what it followed
// at first, and neither may we.
void follower::settle_born(const entry& e)
{
    const auto born_after = e.first_after();
    if (born_after < e.after && born_after != position{} && !is_known(born_after))
        miss(known_after_, born_after, gap_cause::evicted);
}

// Reads the log backwards, as far as we can tell our history from another.
asio::awaitable<bool> follower::look_back(position from)
{
    const bool is_elsewhere = std::exchange(is_elsewhere_, false);
    std::vector<entry> seen;
    bool is_whole = false;
    auto at = from;
    while (at != position{} && !is_whole && seen.size() < limits_.compared_max) {
        auto page = co_await of_.log.read_back(at, limits_.batch_max);
        if (!page) {
            is_elsewhere_ = is_elsewhere_ || is_elsewhere;
            co_return false;
        }
        is_whole = page->size() < limits_.batch_max;
        if (!page->empty())
            at = page->back().at.previous();
        std::ranges::move(*page, std::back_inserter(seen));
    }
    position before{};
    if (!seen.empty()) {
        before = seen.back().follows();
        if (!is_whole && is_foreign(seen.back())) {
            const auto deeper = co_await look_deeper(seen.back());
            if (!deeper) {
                is_elsewhere_ = is_elsewhere_ || is_elsewhere;
                co_return false;
            }
            before = *deeper;
        }
        if (!is_known(before))
            before = known_after_;
    }
    // Where another server has nothing that we have, nobody can say where the two parted. What it
    // had up to its top, and has lost since, we may lack.
    if (is_elsewhere && held_.newest() != position{}) {
        const bool has_our_top = log_top_ != position{} && is_known(log_top_);
        is_joined_ = has_our_top || std::ranges::any_of(seen, [this](const entry& e) {
                         return held_.holds(e.at) || of_.holds(e.at);
                     });
        if (!is_joined_)
            miss(known_after_, std::min(log_top_, top_), gap_cause::evicted);
    }
    // The log begins within a history that we never had, with an entry that is no tick.
    const auto oldest_held = held_.after(position{}, 1);
    if (is_whole && !seen.empty() && !oldest_held.empty()) {
        const auto& first = seen.back();
        const bool is_ours = is_known(first.at) || is_known(first.follows());
        if (oldest_held.front().at < first.at && !is_ours)
            miss(known_after_, first.at, gap_cause::evicted);
    }
    reconcile(seen, before);
    co_return true;
}

// What the log has there is not ours: goes on until it is, and returns where that was.
asio::awaitable<result<position>> follower::look_deeper(entry oldest)
{
    for (;;) {
        auto page = co_await of_.log.read_back(oldest.at.previous(), limits_.batch_max);
        if (!page)
            co_return page.error();
        for (auto& e : *page) {
            if (held_.holds(e.at) || (tick_in(e) && !is_foreign(e)))
                co_return e.at;
            oldest = std::move(e);
        }
        if (page->size() < limits_.batch_max)
            co_return oldest.follows();
    }
}

// Tells what the log has, before our top, that we never had: those ticks cannot be shown in their
// order any more. From then on they count as held. What we have and the log has not, between
// entries that it has, will never be in it. `before`: what the oldest of them follows.
void follower::reconcile(const std::vector<entry>& newest_first, position before)
{
    position newest{};     // of what is foreign
    auto oldest = before;  // what the oldest of that follows
    for (std::size_t i = 0; i < newest_first.size(); ++i) {
        const auto& e = newest_first[i];
        const auto* const ours = held_.find(e.at);
        if (ours != nullptr && ours->words != e.words)
            ++figures_.conflicts;
        if (!is_foreign(e))
            continue;
        if (newest == position{})
            oldest = position::from_packed(~std::uint64_t{0});
        newest = std::max(newest, e.at);
        const bool is_last = i + 1 == newest_first.size();
        oldest = std::min(oldest, is_last ? before : newest_first[i + 1].at);
        const auto is_there = [&](position p) {
            return is_known(p) || std::ranges::any_of(newest_first, [p](const entry& other) {
                       return other.at == p;
                   });
        };
        if (e.born_after && !is_there(*e.born_after))
            oldest = known_after_;
    }
    // Only where the log says that nothing is between the two.
    for (std::size_t i = 1; i < newest_first.size(); ++i)
        if (const auto at = newest_first[i].at; newest_first[i - 1].after == at)
            figures_.orphans += held_.drop(at, newest_first[i - 1].at.previous());
    const auto forgotten = held_.forgotten();
    for (const auto& e : newest_first)
        if (e.at > forgotten)
            held_.add(e);
    if (newest != position{})
        miss(oldest, newest, gap_cause::evicted);
}

bool follower::is_foreign(const entry& e) const
{
    if (held_.holds(e.at) || was_told(e.at))
        return false;
    const auto t = tick_in(e);
    return t && !of_.had_before(*t);
}

bool follower::is_known(position p) const
{
    return held_.holds(p) || was_told(p) || of_.holds(p);
}

// None: a heartbeat, a symbol that we do not have, or words that nobody can read.
std::optional<tape::past_tick> follower::tick_in(const entry& e) const
{
    auto read = parse_message(e.words);
    if (!read)
        return std::nullopt;
    auto* const words = std::get_if<tick_words>(&*read);
    if (words == nullptr)
        return std::nullopt;
    const auto symbol = of_.symbols.find(words->symbol);
    if (!symbol)
        return std::nullopt;
    return tape::past_tick{e.at, *symbol, words->value, std::move(words->source), words->combined};
}

void follower::hand_on(const entry& e)
{
    if (!parse_message(e.words)) {
        ++figures_.unreadable;
        miss(e.at.previous(), e.at, gap_cause::damaged);
        return;
    }
    if (const auto t = tick_in(e)) {
        ++figures_.ticks;
        of_.to.take(*t);
    }
}

// What of it was told before is not told again.
void follower::miss(position from, position to, gap_cause why)
{
    from = std::max(from, known_after_);
    std::vector<std::pair<position, position>> news;
    for (const auto& [told_from, told_to] : told_) {
        if (told_to <= from)
            continue;
        if (told_from >= to)
            break;
        if (told_from > from)
            news.emplace_back(from, told_from);
        from = told_to;
    }
    if (from < to)
        news.emplace_back(from, to);
    for (const auto& [first, last] : news) {
        note_told(first, last);
        ++figures_.gaps;
        of_.to.miss(first, last, why);
    }
}

void follower::note_told(position from, position to)
{
    auto next = told_.upper_bound(from);
    if (next != told_.begin() && std::prev(next)->second >= from) {
        --next;
        from = next->first;
    }
    while (next != told_.end() && next->first <= to) {
        to = std::max(to, next->second);
        next = told_.erase(next);
    }
    told_.emplace(from, to);
    if (told_.size() > limits_.told_max)
        told_.erase(told_.begin());
}

bool follower::was_told(position p) const
{
    if (p <= known_after_)
        return true;
    const auto next = told_.lower_bound(p);
    return next != told_.begin() && p <= std::prev(next)->second;
}

double follower::random_fraction() const
{
    return static_cast<double>(of_.random() >> 11) / 9007199254740992.0;
}

}  // namespace tickertape::relay
