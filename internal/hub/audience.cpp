#include "hub/audience.hpp"

#include "core/jitter.hpp"

#include <array>
#include <cassert>
#include <string_view>

namespace tickertape::hub {

audience::audience(
    const tape::tapes& from, const source_table& sources, const clock& time,
    const lane_limits& limits, std::function<void()> emptied, const series::change_log* changes,
    const topic_board* topics)
    : tapes_{from}, sources_{sources}, clock_{time}, limits_{limits}, emptied_{std::move(emptied)},
      changes_{changes}, board_{from.symbols().size()}, topic_board_{topics}, seen_{from},
      planner_{from, sources, board_, topics_, limits.planner}, table_{from.symbols().size()}
{
    look_at_clock();
    if (changes_ != nullptr)
        taken_changes_.revision = changes_->revision();
}

void audience::look_at_clock()
{
    moment_.wall = clock_.wall_now();
    moment_.boot = clock_.boot_now();
    moment_.steady =
        std::chrono::duration_cast<milliseconds>(clock_.steady_now().time_since_epoch());
}

void audience::look_at_tapes()
{
    look_at_clock();
    if (seen_.enter_era())
        enter_era();
    if (!planner_.candles().empty())
        planner_.candles().look();
    seen_.look(
        table_.watched(), [this](symbol_id symbol, auto newest) { take_news(symbol, newest); });
    // A hole is news to all, whatever symbols they have.
    const auto until = seen_.until();
    if (tapes_.next_hole(holes_seen_until_, until))
        add_all();
    holes_seen_until_ = until;
}

// A new era of the tapes has begun: moves the cursors of all subscribers into it.
void audience::enter_era()
{
    planner_.forget();
    topics_.enter_era();
    holes_seen_until_ = {};
    for (subscriber_id id = 0; id < table_.end(); ++id) {
        if (!table_.is_used(id))
            continue;
        subscriber& s = table_[id];
        s.cursor = s.cursor.in_new_era(tapes_.epoch());
    }
    add_all();
}

void audience::add_all()
{
    for (subscriber_id id = 0; id < table_.end(); ++id)
        if (table_.is_used(id))
            queue_.add(table_[id].group, moment_.steady);
}

void audience::take_news(symbol_id symbol, std::optional<position> newest)
{
    // A tick that may not be sent yet makes its symbol fresh when it is sent.
    if (const auto observed = tapes_.observed(symbol); newest && observed)
        board_.set_stale(symbol, limits_.stale.is_stale(*observed, moment_.boot));
    add_interested(symbol);
}

void audience::note_staleness()
{
    for (const auto symbol : table_.watched()) {
        const auto observed = tapes_.observed(symbol);
        if (!observed || !limits_.stale.is_stale(*observed, moment_.boot))
            continue;
        if (board_.set_stale(symbol, true))
            add_interested(symbol);
    }
}

void audience::note_topics()
{
    if (topic_board_ == nullptr)
        return;
    const auto news = topics_.take(*topic_board_, seen_.until());
    if (!news.is_any)
        return;
    planner_.forget();  // its batches name versions of before
    if (news.began_anew)
        for (subscriber_id id = 0; id < table_.end(); ++id)
            if (table_.is_used(id))
                table_[id].cursor.topics = 0;
    add_followers();
}

void audience::add_followers()
{
    table_.for_each_follower([this](group_id group) { queue_.add(group, moment_.steady); });
}

void audience::note_closings()
{
    planner_.candles().read_all([this](symbol_id symbol) { add_interested(symbol); });
}

std::string
audience::changes_for(const stream_terms& terms, const series::change_log::news& of) const
{
    std::string blocks;
    for (const auto& change : of.changed)
        for (const auto symbol : terms.symbols) {
            if (!terms.candles || !change.concerns(symbol, *terms.candles))
                continue;
            const std::array<std::string_view, 1> name{tapes_.symbols().name(symbol)};
            sse::append_gap(
                blocks,
                {position::at(change.from).previous(), position::at(change.until).previous(),
                 sse::gap_reason::changed, name, false});
        }
    std::string framed;
    if (!blocks.empty())
        sse::append_framed(framed, terms.how, blocks);
    return framed;
}

void audience::add_changes(subscription& wanted) const
{
    if (changes_ != nullptr && changes_->revision() != wanted.changes_known)
        wanted.beginning += changes_for(wanted.terms, changes_->since(wanted.changes_known));
}

bool audience::take_changes()
{
    if (changes_ == nullptr || changes_->revision() == taken_changes_.revision)
        return false;
    taken_changes_ = changes_->since(taken_changes_.revision);
    return true;
}

bool audience::tell_changes(subscriber_id id)
{
    subscriber& s = table_[id];
    const auto& terms = table_.group(s.group).terms;
    if (!terms.candles || s.finishing)
        return false;
    const auto blocks = changes_for(terms, taken_changes_);
    if (blocks.empty())
        return false;
    if (s.behind) {
        counters_.candle_streams_returned.add();
        send_away(id);
        return true;
    }
    counters_.gaps[static_cast<std::size_t>(sse::gap_reason::changed)].add();
    settle(id, delivery_.tell(s, blocks, moment_));
    return true;
}

void audience::add_interested(symbol_id symbol)
{
    table_.for_each_interested(
        symbol, [this](group_id group) { queue_.add(group, moment_.steady); });
}

std::chrono::milliseconds audience::jittered_retry()
{
    return jittered(limits_.retry, random_());
}

std::chrono::milliseconds audience::jittered_busy()
{
    return jittered(limits_.candles.busy, random_());
}

bool audience::has_room_for(const subscription& wanted) const noexcept
{
    return counters_.candle_streams.value() < limits_.candles.streams_max &&
           counters_.unsent_bytes.value() + wanted.beginning.size() <=
               limits_.candles.beginnings_bytes_max;
}

void audience::prepare(subscription& wanted)
{
    wanted.socket.apply(limits_.socket);
    std::string block;
    sse::append_retry(block, jittered_retry());
    sse::append_framed(wanted.head, wanted.terms.how, block);
    wanted.head += wanted.beginning;
}

subscriber_id audience::add(subscription wanted)
{
    assert(!wanted.terms.symbols.empty() || wanted.terms.topics != 0);
    if (table_.size() == 0 || wanted.era != seen_.era())
        look_at_tapes();
    look_at_clock();
    const auto cursor =
        wanted.era == seen_.era() ? wanted.cursor : wanted.cursor.in_new_era(tapes_.epoch());
    const auto id = table_.add(std::move(wanted.socket), std::move(wanted.terms), cursor);
    subscriber& s = table_[id];
    s.is_refused = wanted.is_refused;
    if (wanted.topics_known && wanted.era == seen_.era() && !cursor.is_unknown)
        s.cursor.topics = topics_.known_at(*wanted.topics_known);
    if (table_.group(s.group).terms.topics != 0 && !s.is_refused)
        counters_.topic_streams.add();
    if (const auto& terms = table_.group(s.group).terms; terms.candles && !s.is_refused) {
        counters_.candle_streams.add();
        planner_.candles().join(
            terms.symbols, *terms.candles, std::move(wanted.starts), wanted.era);
    }
    s.held = std::move(wanted.held);
    s.sent_at = moment_.now();
    std::uniform_int_distribution<milliseconds::rep> age{
        limits_.age.count() * 3 / 4, limits_.age.count()};
    s.leaves_at = moment_.now() + milliseconds{age(random_)};
    s.caught_up_at = moment_.now();
    if (!wanted.head.empty())
        delivery_.hold(s, std::make_unique<std::string>(std::move(wanted.head)));
    if (!s.is_refused) {
        counters_.subscribed.add();
        counters_.subscribers.add();
    }
    return id;
}

void audience::begin(subscriber_id id)
{
    const subscriber_group& g = table_.group(table_[id].group);
    if (g.members.size() == 1)  // the lane has not looked at these symbols as long as none wanted
        for (const auto symbol : g.terms.symbols)
            seen_.look_at(symbol, [this](symbol_id of, auto newest) { take_news(of, newest); });
    settle(id, delivery_.pump(table_[id], g.terms, moment_));
}

void audience::remove(subscriber_id id)
{
    const auto group = table_[id].group;
    const bool is_refused = table_[id].is_refused;
    if (const auto& terms = table_.group(group).terms; terms.candles && !is_refused) {
        counters_.candle_streams.subtract();
        planner_.candles().leave(terms.symbols, *terms.candles);
    }
    if (table_.group(group).terms.topics != 0 && !is_refused)
        counters_.topic_streams.subtract();
    if (table_[id].behind)
        counters_.behind.subtract();
    counters_.unsent_bytes.subtract(table_[id].held_bytes());
    table_.remove(id);
    if (!is_refused)
        counters_.subscribers.subtract();
    planner_.forget();
    table_.remove_if_empty(group);
    if (table_.size() == 0)
        emptied_();
}

void audience::remove_all()
{
    for (subscriber_id id = 0; id < table_.end(); ++id)
        if (table_.is_used(id))
            remove(id);
}

void audience::reset(subscriber_id id)
{
    table_[id].socket.reset();
    remove(id);
}

void audience::settle(subscriber_id id, delivery::outcome sent)
{
    switch (sent) {
    case delivery::outcome::gone:
        remove(id);
        break;
    case delivery::outcome::away:
        counters_.candle_streams_returned.add();
        send_away(id);
        break;
    case delivery::outcome::more:
    case delivery::outcome::early:
        queue_.add(table_[id].group, moment_.steady);
        break;
    case delivery::outcome::up_to_date:
    case delivery::outcome::behind:
        break;
    }
}

sweep_queue::visited audience::visit(subscriber_id id)
{
    using visited = sweep_queue::visited;
    subscriber& s = table_[id];
    if (s.behind || s.finishing)
        return visited::in_vain;
    const auto sent = delivery_.pump(s, table_.group(s.group).terms, moment_);
    if (sent == delivery::outcome::more || sent == delivery::outcome::early)
        return visited::unfinished;
    const bool served = s.is_served && s.served_at == moment_.now();
    if (sent == delivery::outcome::gone || sent == delivery::outcome::away)
        settle(id, sent);
    return served ? visited::served : visited::in_vain;
}

void audience::go_on(subscriber_id id)
{
    subscriber& s = table_[id];
    settle(
        id, s.finishing ? delivery_.go_on_ending(s, moment_)
                        : delivery_.pump(s, table_.group(s.group).terms, moment_));
}

bool audience::send(subscriber_id id, std::string_view frame)
{
    subscriber& s = table_[id];
    const auto sent = delivery_.send(s, frame, moment_);
    const bool went = s.sent_at == moment_.now();
    settle(id, sent);
    return went;
}

void audience::end(subscriber_id id, std::string_view last_block)
{
    subscriber& s = table_[id];
    settle(id, delivery_.end(s, table_.group(s.group).terms, last_block, moment_));
}

void audience::send_away(subscriber_id id)
{
    std::string block;
    sse::append_moving(block, jittered_retry());
    end(id, block);
}

}  // namespace tickertape::hub
