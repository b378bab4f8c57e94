// What an instance does as leader.
#include "relay/farewell.hpp"
#include "relay/instance.hpp"
#include "telemetry/log.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::relay {

namespace asio = boost::asio;

// The lease is ours, for the first time or again.
void instance::take_lead(const moment& now, bool has_led)
{
    if (!has_slot(now.steady)) {
        slot_due_ = now.steady;
        return;
    }
    lead_until_ = keeper_.until().value_or(now.steady);
    // After a time without the lease what waits goes on only where nobody else has written since.
    if (!has_led && tail_ > base_ && !sequencer_.waiting().explains(tail_))
        lose_lead("another instance has led meanwhile");
    const auto floor = std::max(tail_, follower_.top());
    if (sequencer_.is_open()) {
        sequencer_.waiting().settle(tail_);
        sequencer_.raise(floor);
    } else {
        sequencer_.begin(floor, *slot_, now);
        ++takeovers_;
        latest_due_ = now.steady;
        lead_after_ = floor;
        of_.says.info("this instance leads", {{"instance", name_}, {"after", floor.text()}});
    }
    base_ = tail_;
}

// The lease is another's, or we must not have it.
void instance::lose_lead(const char* why)
{
    if (!sequencer_.is_open())
        return;
    sequencer_.end();
    const auto& holder = keeper_.holder();
    of_.says.info(
        "this instance leads no longer",
        {{"instance", name_},
         {"why", why},
         {"leader", holder == token_ ? std::string{} : name_in(holder)}});
    tell_losses();
}

bool instance::may_ask(steady_time now) const
{
    // Nobody has answered for so long that the lease may have run out: the first answer only says
    // so.
    const bool is_cut_off =
        !is_heard_ && !sequencer_.is_open() && now - heard_last_ >= limits_.lease.lifetime * 4 / 5;
    // Who has just come does not know whether the log has forgotten, and would have to hold its own
    // entries back. One that has been there for longer leads without a pause.
    const bool is_new = lineage_.empty();
    return keeper_.may_lead() && !is_without_slot_ && !yields(now) && rests_until_ <= now &&
           !is_cut_off && !is_new;
}

// Others could have prices.
bool instance::has_dry_feed(steady_time now) const
{
    return limits_.feed_quiet_max > milliseconds{0} && wants_prices_ && others_could_lead_ &&
           may_append(now) && now - observed_at_ > limits_.feed_quiet_max;
}

// The lease is had, and yet nothing is taken: perhaps we are not allowed to append.
bool instance::cannot_append(steady_time now) const
{
    return append_fails_since_ && others_could_lead_ && keeper_.leads(now) &&
           now - *append_fails_since_ > limits_.writing.waiting.age_max;
}

// The others are told with the last entry, and ask for the lease at once. That this one is of no
// use they are told too: one that is of as little does not give the lease back to it for a while.
asio::awaitable<void> instance::step_down(const char* why)
{
    const auto now = of_.time.steady_now();
    of_.says.warn("this instance gives the lease back", {{"instance", name_}, {"why", why}});
    append_fails_since_.reset();
    dry_until_ = now + limits_.dry_for;
    rests_until_ = now + limits_.lease.lifetime;
    if (sequencer_.put(farewell_words(), now_of(of_.time)))
        co_await append();
    const bool is_ours = keeper_.holder() == token_;
    keeper_.lost(of_.time.steady_now());
    lose_lead(why);
    tell_role();
    if (is_ours)
        co_await give_back();
    announce_due_ = of_.time.steady_now();
}

bool instance::may_append(steady_time now) const
{
    return keeper_.leads(now) && has_slot(now) && sequencer_.is_open() && is_heard_ &&
           hold_until_ <= now && follower_.is_sure() && !wants_heal();
}

asio::awaitable<void> instance::append()
{
    const auto batch = sequencer_.batch(tail_);
    const auto answer = co_await of_.log.append(token_, tail_, batch);
    const auto now = of_.time.steady_now();
    if (!answer) {
        if (!append_fails_since_)
            append_fails_since_ = now;
        failed("append", answer.error());
        co_return;
    }
    append_fails_since_.reset();
    heard();
    switch (answer->how) {
    case append_answer::outcome::done:
        // By ourselves: there is nothing before it that we lack.
        if (!answer->mark.empty() && tail_ == position{})
            mark_ = answer->mark;
        tail_ = answer->top;
        base_ = tail_;
        sequencer_.waiting().settle(tail_);
        break;
    case append_answer::outcome::moved:
        // By ourselves, as far as a batch went of which we heard nothing; or by one who healed.
        ++moved_;
        if (!sequencer_.waiting().explains(answer->top))
            keeper_.ask_now(now);
        // What lies so far ahead is none of ours, and is taken away with the next question, or is
        // followed then.
        if (answer->top > tail_ && answer->top.time() <= of_.time.wall_now() + limits_.ahead_max) {
            tail_ = answer->top;
            base_ = tail_;
            sequencer_.waiting().settle(tail_);
            sequencer_.raise(tail_);
        }
        break;
    case append_answer::outcome::not_leader:
        ++fenced_;
        keeper_.lost(now);
        break;
    }
}

// What waits is appended first, also where that has to be put off for a moment; the others are told
// with the last entry, and ask for the lease at once.
asio::awaitable<void> instance::say_farewell()
{
    const auto until = of_.time.steady_now() + limits_.farewell;
    bool is_told = false;
    for (;;) {
        const auto now = of_.time.steady_now();
        if (now >= until || !sequencer_.is_open() || !is_heard_ || is_stopping_)
            break;
        // Also where the lease is nobody's any more.
        if (keeper_.due() <= now) {
            co_await ask();
            continue;
        }
        if (!keeper_.leads(now) || !has_slot(now))
            break;
        if (wants_heal()) {
            co_await heal();
            continue;
        }
        if (!may_append(now)) {
            const auto again = std::max(hold_until_, now + milliseconds{20});
            const auto due = std::min({until, keeper_.due(), again});
            co_await wake_->wait(due);
            continue;
        }
        if (sequencer_.waiting().is_empty()) {
            if (is_told)
                break;
            is_told = sequencer_.put(farewell_words(), now_of(of_.time));
        }
        co_await append();
    }
    const bool is_ours = keeper_.holder() == token_;
    keeper_.leave();
    lose_lead("it stops");
    tell_role();
    if (is_ours && !is_stopping_) {
        co_await give_back();
    }
    const auto left = std::exchange(left_, nullptr);
    left();
}

asio::awaitable<void> instance::give_back()
{
    const auto given_back = co_await of_.log.resign(token_);
    if (!given_back)
        failed("resign", given_back.error());
}

void instance::tell_role()
{
    const bool wanted = sequencer_.is_open() && !is_leaving_;
    if (std::exchange(wants_prices_, wanted) == wanted)
        return;
    observed_at_ = of_.time.steady_now();
    of_.wants_prices(wanted);
}

steady_time instance::next_due(steady_time now) const
{
    auto due = std::min({keeper_.due(), slot_due_, announce_due_});
    if (keeper_.leads(now)) {
        due = std::min(due, latest_due_);
        if (sequencer_.is_open())
            due = std::min(due, std::max(sequencer_.heartbeat_due(), now + milliseconds{50}));
        if (!sequencer_.waiting().is_empty() && hold_until_ > now)
            due = std::min(due, hold_until_);
    }
    return due;
}

}  // namespace tickertape::relay
