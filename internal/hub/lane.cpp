#include "hub/lane.hpp"

#include "core/jitter.hpp"

#include <boost/asio/post.hpp>

#include <cassert>

namespace tickertape {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

// Between two looks at how many are to be sent away while draining.
constexpr milliseconds drain_step{20};

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
      board_{from.symbols().size()}, seen_{from}, planner_{from, sources, board_, limits.planner},
      table_{from.symbols().size()}
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
    moment_.wall = clock_.wall_now();
    moment_.boot = clock_.boot_now();
    moment_.steady =
        std::chrono::duration_cast<milliseconds>(clock_.steady_now().time_since_epoch());
}

void lane::look_at_tapes()
{
    look_at_clock();
    if (seen_.enter_era())
        enter_era();
    seen_.look(
        table_.watched(), [this](symbol_id symbol, auto newest) { take_news(symbol, newest); });
}

// Every subscriber is somewhere in an era that is over.
void lane::enter_era()
{
    planner_.forget();
    watermarks_.clear();
    for (subscriber_id id = 0; id < table_.end(); ++id) {
        if (!table_.is_used(id))
            continue;
        subscriber& s = table_[id];
        s.place = s.place.in_new_era(tapes_.epoch());
        sweep_.add(s.group, moment_.steady);
    }
}

void lane::take_news(symbol_id symbol, std::optional<position> newest)
{
    // A tick that is not sent yet makes its symbol fresh when it is: the word follows it.
    if (const auto observed = tapes_.observed(symbol); newest && observed)
        board_.set_stale(symbol, limits_.stale.is_stale(*observed, moment_.boot));
    table_.for_each_interested(
        symbol, [this](group_id group) { sweep_.add(group, moment_.steady); });
}

milliseconds lane::jittered_retry()
{
    return jittered(limits_.retry, random_());
}

void lane::subscribe(subscription wanted)
{
    assert(!wanted.terms.symbols.empty());
    if (table_.size() == 0)
        poller_.listen(true);
    if (table_.size() == 0 || wanted.era != seen_.era())
        look_at_tapes();
    look_at_clock();
    wanted.socket.apply(limits_.socket);
    std::string block;
    sse::append_retry(block, jittered_retry());
    sse::append_framed(wanted.head, wanted.terms.how, block);

    const int descriptor = wanted.socket.descriptor();
    const auto place =
        wanted.era == seen_.era() ? wanted.place : wanted.place.in_new_era(tapes_.epoch());
    const auto id = table_.add(std::move(wanted.socket), std::move(wanted.terms), place);
    subscriber& s = table_[id];
    s.held = std::move(wanted.held);
    s.sent_at = moment_.now();
    std::uniform_int_distribution<milliseconds::rep> age{
        limits_.age.count() * 3 / 4, limits_.age.count()};
    s.leaves_at = moment_.now() + milliseconds{age(random_)};
    s.caught_up_at = moment_.now();
    delivery_.hold(s, std::make_unique<std::string>(std::move(wanted.head)));
    counters_.subscribed.add();
    counters_.subscribers.add();
    if (!poller_.add(descriptor, key_of(id, s.generation))) {
        counters_.refused.add();
        remove(id);
        return;
    }
    const subscriber_group& g = table_.group(s.group);
    if (g.members.size() == 1)  // what became of these symbols was nobody's business before
        for (const auto symbol : g.terms.symbols)
            seen_.look_at(symbol, [this](symbol_id of, auto newest) { take_news(of, newest); });
    if (draining_)
        bid_farewell(id);
    else
        settle(id, delivery_.pump(s, g.terms, moment_));
    if (!sweep_.empty())
        sweep_later();
}

void lane::remove(subscriber_id id)
{
    const auto group = table_[id].group;
    if (table_[id].behind)
        counters_.behind.subtract();
    counters_.unsent_bytes.subtract(table_[id].held_bytes());
    table_.remove(id);
    counters_.subscribers.subtract();
    planner_.forget();
    table_.remove_if_empty(group);
    if (table_.size() == 0)
        poller_.listen(false);
    report_if_drained();
}

void lane::settle(subscriber_id id, delivery::outcome sent)
{
    switch (sent) {
    case delivery::outcome::gone:
        remove(id);
        break;
    case delivery::outcome::more:
    case delivery::outcome::early:
        sweep_.add(table_[id].group, moment_.steady);
        sweep_later();
        break;
    case delivery::outcome::up_to_date:
    case delivery::outcome::behind:
        break;
    }
}

void lane::on_socket(poller::event e)
{
    const auto id = static_cast<subscriber_id>(e.whose & 0xffff'ffff);
    if (id >= table_.end() || !table_.is_used(id) || e.whose != key_of(id, table_[id].generation))
        return;  // it left before its event was taken
    subscriber& s = table_[id];
    if (e.closed) {
        if (s.socket.has_timed_out())
            counters_.timed_out.add();
        remove(id);
        return;
    }
    // A peer that closed its half is leaving, and usually has left: then what it is sent here comes
    // back as a reset. One that still reads gets the end of the response, not a cut.
    const bool leaves = e.half_closed && !s.finishing;
    const bool goes_on = e.writable && s.behind;
    if (!leaves && !goes_on)
        return;
    if (goes_on) {
        s.behind = false;
        counters_.behind.subtract();
    }
    look_at_clock();
    const auto& terms = table_.group(s.group).terms;
    if (leaves)
        settle(id, delivery_.end(s, terms, {}, moment_));
    else
        settle(
            id,
            s.finishing ? delivery_.go_on_ending(s, moment_) : delivery_.pump(s, terms, moment_));
}

void lane::on_wake()
{
    counters_.wakes.add();
    look_at_clock();
    const auto due = sweep_pace_.next();
    if (moment_.steady < due)
        rest_until(due);
    else
        sweep_anew();
}

// Ticks that come meanwhile ring no bell: to be woken for each would cost more than to send it.
void lane::rest_until(milliseconds then)
{
    poller_.listen(false);
    rest_timer_.expires_after(then - moment_.steady);
    rest_timer_.async_wait([this](boost::system::error_code stopped) {
        if (stopped)
            return;
        poller_.listen(table_.size() > 0);
        sweep_anew();
    });
}

void lane::sweep_anew()
{
    look_at_tapes();
    sweep_pace_.begin(moment_.steady);
    if (!sweeping_)
        sweep();
}

void lane::sweep_later()
{
    if (sweeping_)
        return;
    sweeping_ = true;
    asio::post(context_, [this] {
        sweeping_ = false;
        look_at_tapes();
        sweep();
    });
}

void lane::sweep()
{
    sweep_.run(limits_.slice_subscribers, moment_.steady, [this](subscriber_id id) {
        subscriber& s = table_[id];
        using visited = sweep_queue::visited;
        if (s.behind || s.finishing)
            return visited::in_vain;
        const auto sent = delivery_.pump(s, table_.group(s.group).terms, moment_);
        if (sent == delivery::outcome::more || sent == delivery::outcome::early)
            return visited::unfinished;
        const bool served = s.is_served && s.served_at == moment_.now();
        if (served)
            sweep_pace_.count_served();
        if (sent == delivery::outcome::gone)
            remove(id);
        return served ? visited::served : visited::in_vain;
    });
    planner_.forget();  // groups that were found empty have gone
    arm_release();
    if (!sweep_.empty())
        sweep_later();
}

// For groups that are not to be visited before their time.
void lane::arm_release()
{
    const auto due = sweep_.next_due();
    if (!due || due == released_at_)
        return;
    released_at_ = due;
    release_timer_.expires_after(std::max(*due - moment_.steady, milliseconds{1}));
    release_timer_.async_wait([this](boost::system::error_code stopped) {
        if (stopped)
            return;
        released_at_.reset();
        look_at_tapes();
        sweep_.release(moment_.steady);
        if (!sweeping_)
            sweep();
    });
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
    look_at_tapes();
    watermarks_.note(seen_.until(), moment_.steady);
    for (const auto symbol : table_.watched()) {
        const auto observed = tapes_.observed(symbol);
        if (!observed || !limits_.stale.is_stale(*observed, moment_.boot))
            continue;
        if (board_.set_stale(symbol, true))
            table_.for_each_interested(
                symbol, [this](group_id group) { sweep_.add(group, moment_.steady); });
    }
    if (!sweep_.empty())
        sweep_later();
    arm_release();
    if (looking_after_)
        return;
    std::string block;
    sse::append_heartbeat(block, tapes_.believed(moment_.wall));
    for (const auto how : {sse::framing::chunked, sse::framing::raw}) {
        auto& frame = heartbeats_[static_cast<std::size_t>(how)];
        frame.clear();
        sse::append_framed(frame, how, block);
    }
    look_after_all(0);
}

// Looks at everybody from that one on, and lets others have their turn after a slice.
void lane::look_after_all(subscriber_id from)
{
    looking_after_ = false;
    auto budget = limits_.slice_subscribers;
    for (subscriber_id id = from; id < table_.end(); ++id) {
        if (!table_.is_used(id))
            continue;
        const auto what = care_for(table_[id], moment_.now(), limits_);
        if (what == care::nothing)
            continue;
        if (budget-- == 0) {
            looking_after_ = true;
            asio::post(context_, [this, id] {
                look_at_clock();
                look_after_all(id);
            });
            return;
        }
        look_after(id, what);
    }
}

void lane::look_after(subscriber_id id, care what)
{
    subscriber& s = table_[id];
    switch (what) {
    case care::nothing:
        break;
    case care::heartbeat: {
        const auto how = table_.group(s.group).terms.how;
        const auto writes = delivery_.send(s, heartbeats_[static_cast<std::size_t>(how)], moment_);
        if (s.sent_at == moment_.now())
            counters_.heartbeats.add();
        settle(id, writes);
        break;
    }
    case care::look_at_lag:
        look_at_lag(id);
        break;
    case care::close_stalled:
        counters_.stalled.add();
        s.socket.reset();
        remove(id);
        break;
    case care::close_unheard:
        counters_.farewells_missed.add();
        if (s.behind)
            s.socket.reset();
        remove(id);
        break;
    case care::send_away_as_old:
        counters_.aged.add();
        bid_farewell(id);
        break;
    }
}

// A subscriber of the newest ticks only is never further behind than one tick of each symbol.
void lane::look_at_lag(subscriber_id id)
{
    subscriber& s = table_[id];
    const auto& terms = table_.group(s.group).terms;
    if (terms.newest_only)
        return;
    const auto oldest = planner_.first_unsent(terms.symbols, s.place.at, seen_);
    const lag_reading reading{
        .behind = oldest ? watermarks_.age(*oldest, moment_.steady) : milliseconds{0},
        .published = planner_.published(terms.symbols)};
    const auto verdict = judge_lag(s, reading, limits_);
    measure_pace(s, reading, moment_.now());
    switch (verdict) {
    case lag_verdict::fine:
        break;
    case lag_verdict::conflate:
        counters_.lag_conflated.add();
        s.place.pass_to(seen_.until(), stream_place::telling::gap);
        break;
    case lag_verdict::close:
        counters_.lag_closed.add();
        close_lagging(id);
        break;
    }
}

// Its last words are a gap without an id: what it misses is still held, for when it comes again.
void lane::close_lagging(subscriber_id id)
{
    subscriber& s = table_[id];
    const auto& terms = table_.group(s.group).terms;
    std::vector<std::string_view> names;
    if (terms.symbols.size() <= limits_.farewell_symbols)
        for (const auto symbol : terms.symbols)
            names.push_back(tapes_.symbols().name(symbol));
    std::string block;
    sse::append_gap(block, {s.place.at, seen_.until(), sse::gap_reason::lapped, names, false});
    settle(id, delivery_.end(s, terms, block, moment_));
}

void lane::drain(milliseconds over, std::function<void()> done)
{
    asio::post(context_, [this, over, done = std::move(done)]() mutable {
        look_at_clock();
        draining_ = true;
        drained_ = std::move(done);
        drain_began_ = moment_.steady;
        pace_ = {table_.size(), over, limits_.sent_away_per_second};
        send_away_some();
        report_if_drained();
    });
}

void lane::send_away_some()
{
    look_at_clock();
    const auto due = pace_.gone(moment_.steady - drain_began_);
    for (; next_to_go_ < table_.end() && sent_away_ < due; ++next_to_go_) {
        if (!table_.is_used(next_to_go_) || table_[next_to_go_].finishing)
            continue;
        ++sent_away_;
        bid_farewell(next_to_go_);
    }
    if (next_to_go_ >= table_.end())
        return;
    drain_timer_.expires_after(drain_step);
    drain_timer_.async_wait([this](boost::system::error_code stopped) {
        if (!stopped)
            send_away_some();
    });
}

// The last words, and the end of the response. The connection closes when the peer has read them,
// or when it takes too long to.
void lane::bid_farewell(subscriber_id id)
{
    subscriber& s = table_[id];
    std::string block;
    sse::append_moving(block, jittered_retry());
    settle(id, delivery_.end(s, table_.group(s.group).terms, block, moment_));
}

void lane::report_if_drained()
{
    if (draining_ && table_.size() == 0 && drained_)
        std::exchange(drained_, nullptr)();
}

}  // namespace tickertape
