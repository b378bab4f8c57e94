#include "relay/instance.hpp"

#include "asio/no_throw.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cassert>
#include <exception>
#include <utility>

namespace tickertape::relay {
instance::instance(parts of, const limits& bounds, std::string name, position top)
    : of_{std::move(of)}, limits_{bounds}, name_{std::move(name)},
      life_{std::to_string(of_.random())}, token_{name_ + ':' + life_},
      symbols_mark_{mark_of(of_.symbols)}, wake_{of_.alarms()}, reader_again_{of_.alarms()},
      watch_{of_.alarms()}, keeper_{bounds.lease, of_.time.steady_now()},
      sequencer_{bounds.writing}, follower_{
                                      {of_.log, of_.to, of_.symbols, of_.time, *reader_again_,
                                       of_.had_before, of_.holds, [this] { wake_->ring(); },
                                       [this] {
                                           keeper_.farewell(of_.time.steady_now());
                                           wake_->ring();
                                       },
                                       of_.random},
                                      bounds.reading,
                                      top}
{
}

instance::~instance()
{
    assert(running_ == 0);
}

void instance::start()
{
    spawn(follower_.run(), stop_[0]);
    spawn(control(), stop_[1]);
    spawn(watch(), stop_[2]);
}

void instance::spawn(asio::awaitable<void> task, asio::cancellation_signal& ended_by)
{
    // A cancellation arrives as an error code, not as an exception.
    auto quietly = [](asio::awaitable<void> what) -> asio::awaitable<void> {
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await std::move(what);
    };
    ++running_;
    asio::co_spawn(
        of_.on, quietly(std::move(task)),
        asio::bind_executor(
            of_.on, asio::bind_cancellation_slot(ended_by.slot(), [this](std::exception_ptr e) {
                --running_;
                try {
                    if (e)
                        std::rethrow_exception(e);
                } catch (const std::exception& escaped) {
                    of_.says.error(
                        "the relay ended by an internal error", {{"cause", escaped.what()}});
                }
            })));
}

void instance::stop()
{
    is_stopping_ = true;
    follower_.stop();
    wake_->ring();
    watch_->ring();
    for (auto& s : stop_)
        s.emit(asio::cancellation_type::terminal);
}

void instance::observe(const tick_words& seen)
{
    if (is_leaving_)
        return;
    observed_at_ = of_.time.steady_now();
    if (sequencer_.put(words_of(seen), now_of(of_.time)))
        wake_->ring();
}

void instance::leave(std::function<void()> left)
{
    left_ = std::move(left);
    is_leaving_ = true;
    tell_role();
    wake_->ring();
}

// One call at a time: what is most urgent, and then again. What is due once a second comes before
// entries, which under load never end.
asio::awaitable<void> instance::control()
{
    while (!is_stopping_) {
        const auto now = of_.time.steady_now();
        if (keeper_.leads(now) && may_append(now) && sequencer_.heartbeat_due() <= now)
            static_cast<void>(sequencer_.put(words_of(heartbeat_words{}), now_of(of_.time)));
        sequencer_.waiting().expire(now);
        if (left_)
            co_await say_farewell();
        else if (keeper_.due() <= now)
            co_await ask();
        else if (!is_heard_)
            co_await wake_->wait(keeper_.due());
        else if (slot_due_ <= now)
            co_await claim();
        else if (wants_heal())
            co_await heal();
        else if (has_dry_feed(now))
            co_await step_down("no price comes from its feed");
        else if (cannot_append(now))
            co_await step_down("the relay does not take what it appends");
        else if (announce_due_ <= now)
            co_await announce();
        else if (keeper_.leads(now) && latest_due_ <= now)
            co_await put_latest();
        else if (may_append(now) && !sequencer_.waiting().is_empty())
            co_await append();
        else
            co_await wake_->wait(next_due(now));
        tell_role();
    }
}

asio::awaitable<void> instance::ask()
{
    const auto asked = now_of(of_.time);
    const auto top_then = follower_.top();
    const bool has_led = keeper_.leads(asked.steady);
    if (!may_ask(asked.steady)) {
        const auto state = co_await of_.log.look();
        if (!state) {
            failed("look", state.error());
            co_return;
        }
        heard();
        see(*state, top_then);
        keeper_.looked(*state, asked, now_of(of_.time), of_.random());
        lose_lead("it must not lead now");
        co_return;
    }
    const auto lease = co_await of_.log.lease(token_, limits_.lease.lifetime);
    if (!lease) {
        failed("lease", lease.error());
        co_return;
    }
    heard();
    see(lease->state, top_then);
    const auto now = now_of(of_.time);
    keeper_.answered(*lease, asked, now, of_.random());
    if (lease->is_ours && keeper_.may_lead()) {
        take_lead(now, has_led);
        co_return;
    }
    if (lease->is_ours) {
        of_.says.warn(
            "this instance does not lead, because its clock differs from that of the relay",
            {{"ahead_ms", keeper_.skew()->count()}});
        co_await give_back();
        lose_lead("its clock differs from that of the relay");
    }
    lose_lead("another instance leads");
}

// What was heard of the log. It may have forgotten, or be another.
void instance::see(const log_state& s, position top_then)
{
    if (s.lineage != lineage_ || s.top < tail_) {
        const auto now = of_.time.steady_now();
        hold_until_ = now + limits_.heal_wait;
        follower_.compare(
            s.lineage != lineage_ ? follower::cause::other_server : follower::cause::put_back,
            s.top);
        // It may have given our slot to another.
        slot_due_ = std::min(slot_due_, now);
        if (lineage_.empty())
            rests_until_ = hold_until_;
        else if (s.top < top_then)
            of_.says.warn(
                "the relay lacks entries that this instance has: they are put back",
                {{"its_top", s.top.text()}, {"our_top", top_then.text()}});
        else
            of_.says.info(
                "another server of the relay answers, and lacks nothing",
                {{"its_top", s.top.text()}, {"our_top", top_then.text()}});
        lineage_ = s.lineage;
    }
    if (s.mark != mark_)
        follower_.compare(follower::cause::put_back, s.top);
    mark_ = s.mark;
    tail_ = s.top;
    lost_after_.reset();
    if (s.top < top_then) {
        lost_after_ = s.top;
        is_healing_ = true;
    } else if (is_healing_) {
        // Others may have put back what we never had.
        is_healing_ = false;
        follower_.compare(follower::cause::put_back, s.top);
    }
}

// Behind an entry that we do not have, only once it is known what the log has before it.
bool instance::wants_heal() const
{
    if (!lost_after_ || follower_.held().newest() <= *lost_after_)
        return false;
    return *lost_after_ == position{} || follower_.held().holds(*lost_after_) ||
           follower_.is_sure();
}

asio::awaitable<void> instance::heal()
{
    const auto after = *lost_after_;
    auto batch = follower_.held().after(after, limits_.writing.batch_max);
    // What each followed at first it keeps: what we never had stays a hole.
    auto before = after;
    for (auto& e : batch) {
        const auto born_after = e.first_after();
        e.after = std::exchange(before, e.at);
        e.born_after.reset();
        if (born_after != e.after)
            e.born_after = born_after;
    }
    const auto answer = co_await of_.log.heal(after, batch);
    if (!answer) {
        failed("heal", answer.error());
        co_return;
    }
    heard();
    if (answer->how == append_answer::outcome::done)
        healed_ += batch.size();
    if (answer->top <= after) {
        // It forgets while we put back.
        keeper_.ask_now(of_.time.steady_now());
        lost_after_.reset();
        co_return;
    }
    tail_ = answer->top;
    lost_after_.reset();
    if (tail_ < follower_.held().newest())
        lost_after_ = tail_;
    sequencer_.raise(tail_);
}

asio::awaitable<void> instance::claim()
{
    const auto asked = of_.time.steady_now();
    const auto wanted =
        slot_
            ? *slot_
            : limits_.slot.value_or(static_cast<unsigned>(of_.random() % (position::slot_max + 1)));
    const auto claimed = co_await of_.log.claim_slot(name_, wanted, limits_.slot_lifetime);
    slot_due_ = asked + limits_.slot_lifetime / 3;
    if (!claimed && claimed.error() == relay_errc::no_slot) {
        heard();
        if (!std::exchange(is_without_slot_, true))
            of_.says.warn("this instance cannot lead", {{"why", claimed.error().message()}});
        // Who may give no ids must not keep those from leading who may.
        if (keeper_.holder() != token_)
            co_return;
        keeper_.lost(of_.time.steady_now());
        lose_lead("it has no slot");
        co_await give_back();
        co_return;
    }
    if (!claimed) {
        slot_due_ = asked;
        failed("claim", claimed.error());
        co_return;
    }
    heard();
    if (slot_ && *slot_ != *claimed)
        lose_lead("it has another slot");
    if (limits_.slot && *limits_.slot != *claimed && slot_ != *claimed)
        of_.says.warn(
            "RELAY_SLOT is taken by another instance, and this one has another slot",
            {{"wanted", *limits_.slot}, {"has", *claimed}});
    slot_ = *claimed;
    is_without_slot_ = false;
    slot_until_ = asked + limits_.slot_lifetime * 4 / 5;
    if (keeper_.leads(of_.time.steady_now()))
        take_lead(now_of(of_.time), true);
}

asio::awaitable<void> instance::announce()
{
    const auto now = of_.time.steady_now();
    announce_due_ = now + limits_.announces_each;
    presence said;
    said.is_leader = keeper_.leads(now);
    said.top = follower_.top().text();
    said.life = life_;
    said.symbols = symbols_mark_;
    said.can_lead = keeper_.may_lead() && !is_without_slot_ && !yields(now);
    said.has_dry_feed = now < dry_until_;
    const announced self{name_, words_of(said)};
    const auto all = co_await of_.log.announce(self, limits_.announced_for);
    if (!all) {
        failed("announce", all.error());
        co_return;
    }
    heard();
    look_around(*all);
}

asio::awaitable<void> instance::put_latest()
{
    latest_due_ = of_.time.steady_now() + limits_.announces_each;
    // Not what is older than what the leader before may have put there.
    if (!sequencer_.is_open() || follower_.top() < lead_after_)
        co_return;
    const auto prices = of_.latest();
    if (prices.empty())
        co_return;
    const auto done = co_await of_.log.put_latest(token_, prices, limits_.latest_for);
    if (!done) {
        failed("put_latest", done.error());
        co_return;
    }
    heard();
    if (*done == put_outcome::done)
        of_.latest_is_put();
    else
        keeper_.ask_now(of_.time.steady_now());
}

instance_state instance::state() const
{
    const auto now = of_.time.steady_now();
    instance_state s;
    s.is_leader = keeper_.leads(now) && sequencer_.is_open();
    s.instance = name_;
    const auto& holder = keeper_.holder();
    // One that does not ask for the lease does not hear whose it is. What was heard before the
    // relay went away may be over: at least our own lease is, where we do not lead.
    if (holder.empty() && !may_ask(now))
        s.leader = announced_leader_;
    else if (s.is_leader || holder != token_)
        s.leader = name_in(holder);
    s.instances = instances_;
    // A read that finds nothing takes its whole wait, and whoever asks may have a report that is a
    // second old.
    s.at_top = follower_.at_top();
    s.usual = limits_.reading.wait * 3;
    s.top = follower_.top();
    s.skew = keeper_.skew();
    s.slot = slot_;
    s.is_reached = is_reached_;
    s.reached_since = reached_since_;
    s.waiting = sequencer_.waiting().size();
    s.dropped = sequencer_.waiting().dropped();
    s.takeovers = takeovers_;
    s.moved = moved_;
    s.fenced = fenced_;
    s.healed = healed_;
    s.failures = failures_ + follower_.now().failures;
    s.foreign = of_.log.foreign();
    s.read = follower_.now();
    return s;
}

}  // namespace tickertape::relay
