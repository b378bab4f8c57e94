#include "hub/past_replay.hpp"

#include "asio/no_throw.hpp"
#include "hub/past_frames.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace tickertape::hub {

// The state of one connection while it is sent the past.
struct past_replays::replay {
    replay(asio::io_context& context, poller::key known_as, subscription s)
        : key{known_as}, wanted{std::move(s)}, wake{context}
    {
    }

    const poller::key key;
    subscription wanted;  // the bytes of its head are sent before anything else
    asio::steady_timer wake;
    bool is_writable = true;
    bool is_over = false;  // it has been handed over or closed
    bool has_permit = false;
    bool is_asking = false;  // the past has not answered yet
    std::optional<result<tape::past_batch>> answer;
    std::optional<past_frames> frames;  // of the batch that is being sent
    std::size_t sent = 0;               // how many bytes of them have gone
    stamp sent_at;
};

past_replays::past_replays(
    asio::io_context& context, audience& of, poller& sockets, tape::past& older, hand_over to_lane)
    : context_{context}, audience_{of}, poller_{sockets}, past_{older}, to_lane_{std::move(
                                                                            to_lane)},
      mailbox_{std::make_shared<mailbox>(context)}, permits_{of.limits().past.permits}
{
}

past_replays::~past_replays()
{
    mailbox_->close();
}

bool past_replays::start(subscription& wanted)
{
    const auto key = key_bit | next_++;
    if (running_.size() >= limits().replays_max || running_.contains(key) ||
        !poller_.add(wanted.socket.descriptor(), key)) {
        audience_.counters().past_replays[static_cast<std::size_t>(past_outcome::no_room)].add();
        return false;
    }
    const auto r = std::make_shared<replay>(context_, key, std::move(wanted));
    r->sent_at = audience_.now().now();
    running_.emplace(key, r);
    audience_.counters().past_replaying.add();
    // Nothing here is meant to throw but for want of memory, which ends the process (see lane).
    asio::co_spawn(
        context_, run(r), [this, r](std::exception_ptr failed, std::optional<past_outcome> how) {
            if (failed)
                std::rethrow_exception(failed);
            if (how)
                end(*r, *how);
        });
    return true;
}

void past_replays::on_socket(poller::event e)
{
    const auto found = running_.find(e.whose);
    if (found == running_.end())
        return;  // it left before its event was taken
    const auto r = found->second;
    if (e.closed) {
        if (r->wanted.socket.has_timed_out())
            audience_.counters().timed_out.add();
        end(*r, past_outcome::left);
        return;
    }
    if (e.half_closed) {  // the lane ends the response
        end(*r, past_outcome::interrupted);
        return;
    }
    r->is_writable = r->is_writable || e.writable;
    r->wake.cancel();
}

void past_replays::hand_over_all()
{
    while (!running_.empty()) {
        const auto r = running_.begin()->second;
        end(*r, past_outcome::interrupted);
    }
}

void past_replays::close_all()
{
    while (!running_.empty()) {
        const auto r = running_.begin()->second;
        end(*r, past_outcome::left);
    }
}

// Waits until the condition holds, at most so long, or until the replay is over. Returns whether it
// holds and the replay goes on.
template <class Condition>
asio::awaitable<bool> past_replays::wait(replay& r, milliseconds at_most, Condition holds)
{
    r.wake.expires_after(at_most);
    while (!r.is_over && !holds()) {
        const auto [woken] = co_await r.wake.async_wait(no_throw);
        if (!woken)
            break;
    }
    co_return !r.is_over && holds();
}

asio::awaitable<std::optional<past_outcome>> past_replays::run(replay_ptr r)
{
    for (;;) {
        const bool is_open = co_await send_rest(*r);
        if (r->is_over)
            co_return std::nullopt;
        if (!is_open)
            co_return past_outcome::left;
        if (!needs_past(r->wanted.terms, r->wanted.cursor, r->wanted.era, audience_.ticks()))
            co_return past_outcome::done;
        const bool may_read = co_await take_permit(*r);
        if (r->is_over)
            co_return std::nullopt;
        if (!may_read)
            co_return past_outcome::no_permit;
        const auto ended = co_await read(*r);
        if (r->is_over)
            co_return std::nullopt;
        if (ended)
            co_return ended;
        const bool is_of_use = co_await send_batch(*r);
        if (r->is_over)
            co_return std::nullopt;
        settle_batch(*r);
        r->has_permit = false;
        give_back_permit();
        if (!is_of_use)
            co_return past_outcome::left;
    }
}

// Permits are given in the order in which replays ask.
asio::awaitable<bool> past_replays::take_permit(replay& r)
{
    if (permits_ > 0) {
        --permits_;
        r.has_permit = true;
        co_return true;
    }
    waiting_.push_back(&r);
    co_await wait(r, limits().permit_wait, [&r] { return r.has_permit; });
    if (!r.has_permit)
        std::erase(waiting_, &r);
    co_return r.has_permit;
}

void past_replays::give_back_permit()
{
    if (waiting_.empty()) {
        ++permits_;
        return;
    }
    replay& next = *waiting_.front();
    waiting_.pop_front();
    next.has_permit = true;
    next.wake.cancel();
}

// Reads the next batch and puts its frames together. Returns why there is none.
asio::awaitable<std::optional<past_outcome>> past_replays::read(replay& r)
{
    const auto& symbols = r.wanted.terms.symbols;
    const tape::past_query query{
        .symbols = symbols,
        .after = r.wanted.cursor.at,
        .until = held_after(audience_.ticks(), symbols),
        .ticks_max = limits().batch_ticks};
    r.is_asking = true;
    // What is posted runs on the lane, and only while that is there.
    past_.read(query, [this, to = mailbox_, key = r.key](result<tape::past_batch> answer) {
        to->post([this, key, a = std::move(answer)]() mutable { on_answer(key, std::move(a)); });
    });
    const bool has_come = co_await wait(r, limits().answer, [&r] { return r.answer.has_value(); });
    if (!has_come)
        co_return past_outcome::late;
    const auto answer = *std::exchange(r.answer, std::nullopt);
    if (!answer || !is_sound(*answer, query))
        co_return past_outcome::failed;
    // What lies before all that is kept is told by the lane, as where there is no past.
    const bool has_hole = answer->from > query.after && answer->why != gap_cause::evicted;
    if (answer->to <= query.after || (answer->from >= query.until && !has_hole))
        co_return past_outcome::ended;
    r.sent = 0;
    r.frames.emplace(audience_.ticks(), audience_.sources())
        .build(r.wanted.terms, r.wanted.cursor, query, *answer);
    // Asked after the tapes were read: what is in the batch is of that era, or it is not used.
    if (audience_.ticks().era() != r.wanted.era) {
        r.frames.reset();
        co_return past_outcome::done;
    }
    co_return std::nullopt;
}

// Sends the batch as far as it is taken in time. Returns whether the connection is of use.
asio::awaitable<bool> past_replays::send_batch(replay& r)
{
    const auto batch = r.frames->batch();
    const auto bytes = batch.bytes();
    if (bytes.empty()) {
        append_heartbeat_if_due(r);
        co_return true;
    }
    bool is_open = send_some(r, bytes, r.sent);
    const auto began = audience_.now().steady;
    while (is_open && r.sent < bytes.size()) {
        const auto left = limits().write - (audience_.now().steady - began);
        const bool is_writable = co_await wait(r, left, [&r] { return r.is_writable; });
        if (!is_writable)
            break;
        is_open = send_some(r, bytes, r.sent);
    }
    co_return is_open;
}

// Moves the cursor behind what was sent of the batch. The rest of a frame that was cut is kept, and
// what lies behind it is read again.
void past_replays::settle_batch(replay& r)
{
    if (!r.frames)
        return;
    const auto batch = r.frames->batch();
    if (batch.empty()) {
        r.wanted.cursor = batch.then;
    } else {
        const auto progress = progress_of(r.wanted.cursor, batch, r.sent);
        r.wanted.cursor = progress.cursor;
        r.wanted.cursor.live = false;  // that is said of ticks of the tapes alone
        r.wanted.head = progress.rest;
        audience_.counters().count(progress);
        audience_.counters().past_ticks.add(progress.ticks);
    }
    r.frames.reset();
}

// Sends what has to go before the next batch: the head of the response, the rest of a frame that
// was cut. Then waits until the socket takes more, so that a peer that has stopped reading waits
// here, without a permit. Returns false if it took nothing for too long, or has gone.
asio::awaitable<bool> past_replays::send_rest(replay& r)
{
    for (;;) {
        auto& rest = r.wanted.head;
        if (!rest.empty() || r.wanted.socket.holds_back()) {
            std::size_t sent = 0;
            if (!send_some(r, rest, sent))
                co_return false;
            rest.erase(0, sent);
        }
        if (rest.empty() && !r.wanted.socket.holds_back() && r.is_writable) {
            std::string{}.swap(rest);
            co_return true;
        }
        const bool is_writable =
            co_await wait(r, audience_.limits().stalled, [&r] { return r.is_writable; });
        if (is_writable)
            continue;
        if (!r.is_over) {
            audience_.counters().stalled.add();
            r.wanted.socket.reset();
        }
        co_return false;
    }
}

// Sends the bytes after `sent`, as far as they are taken now. Returns whether the connection is of
// use.
bool past_replays::send_some(replay& r, std::string_view bytes, std::size_t& sent)
{
    audience_.look_at_clock();
    const auto went = r.wanted.socket.send({}, bytes.substr(sent));
    auto& counters = audience_.counters();
    counters.writes.add();
    if (went.what == stream_socket::outcome::vanished)
        counters.timed_out.add();
    if (went.what == stream_socket::outcome::vanished || went.what == stream_socket::outcome::gone)
        return false;
    counters.bytes.add(went.bytes);
    if (went.bytes > 0)
        r.sent_at = audience_.now().now();
    sent += went.bytes;
    r.is_writable = went.what == stream_socket::outcome::all;
    return true;
}

// Batches without ticks may follow each other for long, where the symbols had none.
void past_replays::append_heartbeat_if_due(replay& r)
{
    audience_.look_at_clock();
    if (r.sent_at.age(audience_.now().now()) < audience_.limits().heartbeat)
        return;
    std::string block;
    sse::append_heartbeat(block, audience_.ticks().believed(audience_.now().wall));
    sse::append_framed(r.wanted.head, r.wanted.terms.how, block);
    audience_.counters().heartbeats.add();
}

void past_replays::on_answer(poller::key of, result<tape::past_batch> answer)
{
    const auto found = running_.find(of);
    if (found == running_.end()) {
        give_back_permit();  // it has gone since it asked, and the past was still at work for it
        return;
    }
    found->second->is_asking = false;
    found->second->answer = std::move(answer);
    found->second->wake.cancel();
}

// The connection goes to the lane with the rest of a frame that was cut, or is closed.
void past_replays::end(replay& r, past_outcome how)
{
    if (std::exchange(r.is_over, true))
        return;
    settle_batch(r);
    auto& counters = audience_.counters();
    counters.past_replays[static_cast<std::size_t>(how)].add();
    counters.past_replaying.subtract();
    running_.erase(r.key);
    std::erase(waiting_, &r);
    // While the past is still at work for it, the permit stays taken.
    if (std::exchange(r.has_permit, false) && !r.is_asking)
        give_back_permit();
    r.wake.cancel();
    auto connection = std::move(r.wanted);
    if (how != past_outcome::left)
        to_lane_(std::move(connection), how == past_outcome::interrupted);
}

}  // namespace tickertape::hub
