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
            done = co_await look_back(top_);
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
    switch (link_of(e, top_, held_)) {
    case link::next:
        break;
    case link::hole:
        miss(top_, e.after, gap_cause::evicted);
        break;
    case link::begun:
        miss(top_, e.at.previous(), gap_cause::evicted);
        break;
    case link::orphaned:
        figures_.orphans += held_.drop(e.after, top_);
        break;
    case link::forked: {
        const bool done = co_await look_back(e.after);
        if (!done)
            co_return false;
        // Gone from there: what it followed nobody can say.
        if (!held_.holds(e.after))
            miss(held_.before(e.after), e.after, gap_cause::evicted);
        break;
    }
    case link::conflict:
        ++figures_.conflicts;
        co_return true;
    case link::repeated:
    case link::passed:
        co_return true;
    }
    hand_on(e);
    top_ = e.at;
    if (is_farewell(e.words))
        of_.has_farewell();
    held_.add(std::move(e));
    co_return true;
}

// Reads the log backwards, as far as we can tell our history from another.
asio::awaitable<bool> follower::look_back(position from)
{
    std::vector<entry> seen;
    bool is_whole = false;
    auto at = from;
    while (at != position{} && seen.size() < limits_.compared_max && at > held_.forgotten()) {
        auto page = co_await of_.log.read_back(at, limits_.batch_max);
        if (!page)
            co_return false;
        is_whole = page->size() < limits_.batch_max;
        if (!page->empty())
            at = page->back().at.previous();
        std::ranges::move(*page, std::back_inserter(seen));
        if (is_whole)
            break;
    }
    reconcile(seen);
    // Of what lies before the log's beginning nobody can say whether it is of this history.
    if (is_whole && !seen.empty())
        static_cast<void>(held_.drop(position{}, seen.back().at.previous()));
    co_return true;
}

// Tells what the log has, before our top, that we never had: those ticks cannot be shown in their
// order any more. From then on they count as held. What we have and the log has not, between
// entries that it has, will never be in it.
void follower::reconcile(const std::vector<entry>& newest_first)
{
    position newest{};  // of what is foreign
    position before{};  // the newest of ours that lies before all of that
    const auto forgotten = held_.forgotten();
    for (const auto& e : newest_first) {
        const auto* const ours = held_.find(e.at);
        if (ours != nullptr && ours->words != e.words)
            ++figures_.conflicts;
        if (e.at <= forgotten)
            break;
        if (ours == nullptr && !was_told(e.at) && is_foreign(e)) {
            newest = std::max(newest, e.at);
            before = e.after;
        }
    }
    auto last = newest_first.empty() ? position{} : newest_first.back().at;
    for (auto e = newest_first.rbegin(); e != newest_first.rend(); ++e) {
        figures_.orphans += held_.drop(last, e->at.previous());
        last = e->at;
        if (e->at > forgotten)
            held_.add(*e);
    }
    if (newest != position{})
        miss(before, newest, gap_cause::evicted);
}

bool follower::is_foreign(const entry& e) const
{
    const auto t = tick_in(e);
    return t && !of_.had_before(*t);
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

void follower::miss(position from, position to, gap_cause why)
{
    // A range that begins within one that was told begins behind that.
    for (const auto& t : told_)
        if (t.from <= from && from < t.to)
            from = t.to;
    if (to <= from)
        return;
    told_.push_back({from, to});
    if (told_.size() > limits_.told_max)
        told_.pop_front();
    ++figures_.gaps;
    of_.to.miss(from, to, why);
}

bool follower::was_told(position p) const
{
    return std::ranges::any_of(told_, [&](const range& t) { return t.from < p && p <= t.to; });
}

double follower::random_fraction() const
{
    return static_cast<double>(of_.random() >> 11) / 9007199254740992.0;
}

}  // namespace tickertape::relay
