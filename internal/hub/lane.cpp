#include "hub/lane.hpp"

#include <boost/asio/post.hpp>

#include <cassert>

namespace tickertape {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

poller::key key_of(subscriber_id id, std::uint32_t generation) noexcept
{
    return static_cast<poller::key>(generation) << 32 | id;
}

// Heartbeats are at most this much late; a tenth of a short interval, a second of a long one.
milliseconds beat_interval(milliseconds heartbeat) noexcept
{
    return std::clamp(heartbeat / 10, milliseconds{10}, milliseconds{1'000});
}

}  // namespace

lane::lane(const tapes& from, const source_table& sources, const clock& time, lane_limits limits)
    : tapes_{from}, clock_{time}, limits_{limits}, poller_{
                                                       context_,
                                                       [this](poller::event e) { on_socket(e); },
                                                       [this] { on_wake(); }},
      board_{from.symbols().size()}, planner_{from, sources, board_, limits.planner},
      table_{from.symbols().size()}, noticed_(from.symbols().size())
{
    look_at_clock();
    poller_.start();
    arm_beat();
}

void lane::run() noexcept
{
    context_.run();
}

void lane::stop()
{
    asio::post(context_, [this] {
        remove_all();
        poller_.stop();
        beat_timer_.cancel();
        context_.stop();
    });
}

void lane::abandon()
{
    asio::post(context_, [this] { remove_all(); });
}

void lane::remove_all()
{
    for (subscriber_id id = 0; id < table_.end(); ++id)
        if (table_.is_used(id))
            remove(id);
}

void lane::look_at_clock()
{
    wall_now_ = clock_.wall_now();
    now_ = std::chrono::duration_cast<milliseconds>(clock_.steady_now().time_since_epoch());
    until_ = tapes_.committed();
}

milliseconds lane::jittered_retry()
{
    const auto half = limits_.retry.count() / 2;
    std::uniform_int_distribution<milliseconds::rep> spread{half, half + limits_.retry.count()};
    return milliseconds{spread(random_)};
}

void lane::subscribe(subscription wanted)
{
    assert(!wanted.symbols.empty());
    look_at_clock();
    wanted.socket.apply(limits_.socket);
    const auto how = wanted.how;
    std::string block;
    sse::append_retry(block, jittered_retry());
    sse::append_framed(wanted.head, how, block);

    const int descriptor = wanted.socket.descriptor();
    const auto id =
        table_.add(std::move(wanted.socket), std::move(wanted.symbols), how, wanted.place);
    subscriber& s = table_[id];
    s.held = std::move(wanted.held);
    s.sent_at = now_;
    s.unsent = std::make_unique<std::string>(std::move(wanted.head));
    counters_.subscribed.add();
    counters_.subscribers.add();
    if (!poller_.add(descriptor, key_of(id, s.generation))) {
        counters_.refused.add();
        remove(id);
        return;
    }
    if (draining_)
        bid_farewell(id);
    else
        pump(id);
}

void lane::remove(subscriber_id id)
{
    const auto group = table_[id].group;
    if (table_[id].behind)
        counters_.behind.subtract();
    table_.remove(id);
    counters_.subscribers.subtract();
    planner_.forget();
    table_.remove_if_empty(group);
    report_if_drained();
}

void lane::on_socket(poller::event e)
{
    const auto id = static_cast<subscriber_id>(e.whose & 0xffff'ffff);
    if (id >= table_.end() || !table_.is_used(id) || e.whose != key_of(id, table_[id].generation))
        return;  // it left before its event was taken
    if (e.closed) {
        remove(id);
        return;
    }
    subscriber& s = table_[id];
    if (!e.writable || !s.behind)
        return;
    s.behind = false;
    counters_.behind.subtract();
    look_at_clock();
    if (s.finishing)
        bid_farewell(id);
    else
        pump(id);
}

void lane::on_wake()
{
    counters_.wakes.add();
    look_at_clock();
    note_news();
    if (!sweeping_)
        sweep();
}

void lane::note_news()
{
    for (const auto symbol : tapes_.symbols().all()) {
        const auto newest = tapes_.of(symbol).newest();
        auto& noticed = noticed_[index_of(symbol)];
        if (!newest || newest->at <= noticed)
            continue;
        // A tick that is on its tape but not committed yet comes with a wake of its own.
        noticed = std::min(newest->at, until_);
        board_.set_stale(symbol, limits_.stale.is_stale(newest->at.time(), wall_now_));
        for (const auto group : table_.interested_in(symbol))
            wants_sweep(group);
    }
}

void lane::wants_sweep(group_id id)
{
    subscriber_group& g = table_.group(id);
    if (g.waits) {
        g.again = g.again || g.cursor > 0;
        return;
    }
    g.waits = true;
    queue_.push_back(id);
}

// A member has not been sent all it lacks, so that others are not kept waiting.
void lane::wants_another_turn(group_id id)
{
    subscriber_group& g = table_.group(id);
    if (g.waits)
        g.again = true;
    else
        wants_sweep(id);
    sweep_later();
}

void lane::sweep_later()
{
    if (sweeping_)
        return;
    sweeping_ = true;
    asio::post(context_, [this] {
        sweeping_ = false;
        look_at_clock();
        sweep();
    });
}

void lane::sweep()
{
    auto budget = limits_.slice_subscribers;
    while (!queue_.empty() && budget > 0) {
        const auto id = queue_.front();
        if (!sweep_group(id, budget))
            break;
        queue_.pop_front();
        subscriber_group& g = table_.group(id);
        g.cursor = 0;
        g.waits = false;
        if (std::exchange(g.again, false) && !g.members.empty())
            wants_sweep(id);
        else if (g.members.empty()) {
            planner_.forget();
            table_.remove_if_empty(id);
        }
    }
    if (!queue_.empty())
        sweep_later();
}

// Returns whether the group is through.
bool lane::sweep_group(group_id id, std::size_t& budget)
{
    subscriber_group& g = table_.group(id);
    while (g.cursor < g.members.size()) {
        if (budget == 0)
            return false;
        --budget;
        const auto next = g.members[g.cursor];
        const subscriber& s = table_[next];
        if (!s.behind && !s.finishing)
            pump(next);
        // Where it was removed, another has taken its number and is next.
        if (g.cursor < g.members.size() && g.members[g.cursor] == next)
            ++g.cursor;
    }
    return true;
}

void lane::pump(subscriber_id id)
{
    std::size_t turn = 0;
    for (;;) {
        subscriber& s = table_[id];
        const subscriber_group& g = table_.group(s.group);
        const auto batch = planner_.next(g.symbols, g.how, s.place, until_, wall_now_);
        if (batch.empty()) {
            s.place = batch.then;
            std::size_t none = 0;
            if (s.unsent)
                flush(id, {}, none);
            return;
        }
        std::size_t taken = 0;
        if (!flush(id, batch.bytes(), taken))
            return;
        const auto progress = stream_planner::advance(s.place, batch, taken);
        s.place = progress.place;
        counters_.ticks.add(progress.ticks);
        for (std::size_t i = 0; i < progress.gaps.size(); ++i)
            if (progress.gaps[i] > 0)
                counters_.gaps[i].add(progress.gaps[i]);
        if (!progress.rest.empty())
            s.unsent = std::make_unique<std::string>(progress.rest);
        if (s.behind || batch.completes)
            return;
        turn += taken;
        if (turn >= limits_.turn_bytes) {
            wants_another_turn(s.group);
            return;
        }
    }
}

// Sends what is left from before, and `more` after it; `taken` is what went of `more`. Returns
// whether the subscriber is still there.
bool lane::flush(subscriber_id id, std::string_view more, std::size_t& taken)
{
    subscriber& s = table_[id];
    const auto before = s.unsent ? std::string_view{*s.unsent} : std::string_view{};
    const auto sent = s.socket.send(before, more);
    counters_.writes.add();
    if (sent.what == stream_socket::outcome::gone) {
        remove(id);
        return false;
    }
    counters_.bytes.add(sent.bytes);
    if (sent.bytes > 0)
        s.sent_at = now_;
    if (sent.what == stream_socket::outcome::some) {
        s.behind = true;
        counters_.behind.add();
        counters_.fell_behind.add();
    }
    if (sent.bytes < before.size()) {
        s.unsent->erase(0, sent.bytes);
        taken = 0;
    } else {
        taken = sent.bytes - before.size();
        s.unsent.reset();
    }
    return true;
}

void lane::arm_beat()
{
    beat_timer_.expires_after(beat_interval(limits_.heartbeat));
    beat_timer_.async_wait([this](boost::system::error_code stopped) {
        if (stopped)
            return;
        on_beat();
        arm_beat();
    });
}

void lane::on_beat()
{
    look_at_clock();
    for (const auto symbol : tapes_.symbols().all()) {
        const auto newest = tapes_.of(symbol).newest();
        if (!newest || !limits_.stale.is_stale(newest->at.time(), wall_now_))
            continue;
        if (board_.set_stale(symbol, true))
            for (const auto group : table_.interested_in(symbol))
                wants_sweep(group);
    }
    if (!queue_.empty())
        sweep_later();
    if (!beating_ && !draining_)
        beat(0);
}

// Looks at everybody from that one on, and lets others have their turn after a slice. A peer that
// stopped reading never causes an event, so it is looked for here.
void lane::beat(subscriber_id from)
{
    beating_ = false;
    std::string frames[2];
    std::string block;
    sse::append_heartbeat(block, wall_now_);
    for (const auto how : {sse::framing::chunked, sse::framing::raw})
        sse::append_framed(frames[static_cast<std::size_t>(how)], how, block);

    auto budget = limits_.slice_subscribers;
    for (subscriber_id id = from; id < table_.end(); ++id) {
        if (!table_.is_used(id))
            continue;
        subscriber& s = table_[id];
        if (s.behind && now_ - s.sent_at > limits_.stalled) {
            counters_.stalled.add();
            remove(id);
            continue;
        }
        if (s.behind || s.finishing || now_ - s.sent_at < limits_.heartbeat)
            continue;
        if (budget-- == 0) {
            beating_ = true;
            asio::post(context_, [this, id] {
                look_at_clock();
                beat(id);
            });
            return;
        }
        const std::string_view frame = frames[static_cast<std::size_t>(table_.group(s.group).how)];
        std::size_t taken = 0;
        if (!flush(id, frame, taken))
            continue;
        if (taken > 0)
            counters_.heartbeats.add();
        if (taken > 0 && taken < frame.size())
            s.unsent = std::make_unique<std::string>(frame.substr(taken));
    }
}

void lane::drain(std::function<void()> done)
{
    asio::post(context_, [this, done = std::move(done)]() mutable {
        draining_ = true;
        drained_ = std::move(done);
        send_away(0);
        report_if_drained();
    });
}

void lane::send_away(subscriber_id from)
{
    look_at_clock();
    auto budget = limits_.slice_subscribers;
    for (subscriber_id id = from; id < table_.end(); ++id) {
        if (!table_.is_used(id) || table_[id].finishing)
            continue;
        if (budget-- == 0) {
            asio::post(context_, [this, id] { send_away(id); });
            return;
        }
        bid_farewell(id);
    }
}

// The last words, and the end of the response. The connection closes when the peer has read them,
// or when the lane stops.
void lane::bid_farewell(subscriber_id id)
{
    subscriber& s = table_[id];
    if (!s.finishing) {
        s.finishing = true;
        const auto how = table_.group(s.group).how;
        std::string block;
        std::string last = s.unsent ? std::move(*s.unsent) : std::string{};
        sse::append_moving(block, jittered_retry());
        sse::append_framed(last, how, block);
        last += sse::end_of_stream(how);
        s.unsent = std::make_unique<std::string>(std::move(last));
    }
    if (s.behind)
        return;
    std::size_t none = 0;
    if (flush(id, {}, none) && !s.behind)
        s.socket.finish();
}

void lane::report_if_drained()
{
    if (draining_ && table_.size() == 0 && drained_)
        std::exchange(drained_, nullptr)();
}

}  // namespace tickertape
