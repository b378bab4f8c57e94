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
namespace {

// The name of the instance in a token: what stands before the last colon.
std::string name_in(const std::string& token)
{
    return token.substr(0, token.rfind(':'));
}

}  // namespace

instance::instance(parts of, const limits& bounds, std::string name, position top)
    : of_{std::move(of)}, limits_{bounds}, name_{std::move(name)},
      token_{name_ + ':' + std::to_string(of_.random())}, wake_{of_.alarms()},
      reader_again_{of_.alarms()}, keeper_{bounds.lease, of_.time.steady_now()},
      sequencer_{bounds.writing}, follower_{
                                      {of_.log, of_.to, of_.symbols, of_.time, *reader_again_,
                                       of_.had_before, [this] { wake_->ring(); },
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
    for (auto& s : stop_)
        s.emit(asio::cancellation_type::terminal);
}

void instance::observe(const tick_words& seen)
{
    if (sequencer_.put(words_of(seen), now_of(of_.time)))
        wake_->ring();
}

void instance::leave(std::function<void()> left)
{
    left_ = std::move(left);
    wake_->ring();
}

// One call at a time: what is most urgent, and then again.
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
        else if (may_append(now) && !sequencer_.waiting().is_empty())
            co_await append();
        else if (announce_due_ <= now)
            co_await announce();
        else if (keeper_.leads(now) && latest_due_ <= now)
            co_await put_latest();
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
    // Who has just come does not know whether the log has forgotten, and would have to hold its own
    // entries back. One that has been there for longer leads without a pause.
    const bool is_new = lineage_.empty() || asked.steady < new_until_;
    if (!keeper_.may_lead() || is_without_slot_ || is_new) {
        const auto state = co_await of_.log.look();
        if (!state) {
            failed("look", state.error());
            co_return;
        }
        heard();
        see(*state, top_then);
        keeper_.looked(*state, asked, now_of(of_.time), of_.random());
        lose_lead();
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
    }
    lose_lead();
}

// What was heard of the log. It may have forgotten, or be another.
void instance::see(const log_state& s, position top_then)
{
    if (s.lineage != lineage_ || s.top < tail_) {
        hold_until_ = of_.time.steady_now() + limits_.heal_wait;
        follower_.compare();
        if (lineage_.empty())
            new_until_ = hold_until_;
        else
            of_.says.warn(
                "another relay answers, or it has forgotten",
                {{"its_top", s.top.text()}, {"our_top", top_then.text()}});
        lineage_ = s.lineage;
    }
    tail_ = s.top;
    lost_after_.reset();
    if (s.top < top_then) {
        lost_after_ = s.top;
        is_healing_ = true;
    } else if (is_healing_) {
        // Others may have put back what we never had.
        is_healing_ = false;
        follower_.compare();
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
    auto before = after;
    for (auto& e : batch)
        e.after = std::exchange(before, e.at);
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
        lose_lead();
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
        lose_lead();
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
    const announced self{
        name_, std::string{R"({"role":")"} + (keeper_.leads(now) ? "leader" : "follower") +
                   R"(","top":")" + follower_.top().text() + R"("})"};
    const auto all = co_await of_.log.announce(self, limits_.announced_for);
    if (!all) {
        failed("announce", all.error());
        co_return;
    }
    heard();
    instances_.clear();
    for (const auto& a : *all)
        instances_.push_back(a.instance);
    std::ranges::sort(instances_);
}

asio::awaitable<void> instance::put_latest()
{
    latest_due_ = of_.time.steady_now() + limits_.announces_each;
    const auto prices = of_.latest();
    if (prices.empty())
        co_return;
    const auto done = co_await of_.log.put_latest(prices, limits_.latest_for);
    if (!done)
        failed("put_latest", done.error());
    else
        heard();
}

void instance::failed(const char* what, boost::system::error_code why)
{
    if (is_stopping_)
        return;
    ++failures_;
    if (is_heard_)
        of_.says.warn("the relay fails", {{"call", what}, {"cause", why.message()}});
    is_heard_ = false;
    keeper_.failed(of_.time.steady_now(), of_.random());
}

void instance::heard()
{
    if (!is_heard_ && failures_ > 0) {
        of_.says.info("the relay answers again");
        reader_again_->ring();
    }
    is_heard_ = true;
}

instance_state instance::state() const
{
    const auto now = of_.time.steady_now();
    instance_state s;
    s.is_leader = keeper_.leads(now) && sequencer_.is_open();
    s.instance = name_;
    s.leader = name_in(keeper_.holder());
    s.instances = instances_;
    if (const auto at = follower_.at_top()) {
        // A read that finds nothing takes its whole wait.
        const auto since = std::chrono::floor<milliseconds>(now - *at);
        const auto usual = limits_.reading.wait * 2;
        s.lag = since > usual ? since - limits_.reading.wait : milliseconds{0};
    }
    s.top = follower_.top();
    s.skew = keeper_.skew();
    s.slot = slot_;
    s.is_reached = is_heard_;
    s.waiting = sequencer_.waiting().size();
    s.dropped = sequencer_.waiting().dropped();
    s.takeovers = takeovers_;
    s.moved = moved_;
    s.fenced = fenced_;
    s.healed = healed_;
    s.failures = failures_ + follower_.now().failures;
    s.read = follower_.now();
    return s;
}

}  // namespace tickertape::relay
