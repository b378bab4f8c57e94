#include "archive/recorder.hpp"

#include "core/thread_name.hpp"

#include <algorithm>

namespace tickertape::archive {
namespace {

constexpr std::chrono::milliseconds sync_each{1'000};
// Where no bell rings it looks all the same: at the clock, and at a store that has failed.
constexpr std::chrono::milliseconds look_each{100};
constexpr std::chrono::seconds upkeep_each{60};

}  // namespace

recorder::recorder(const parts& of, limits bounds) : of_{of}, limits_{bounds}
{
    batch_.reserve(limits_.batch_max);
    begin_at(of_.to.last());
}

recorder::~recorder()
{
    stop();
}

void recorder::start()
{
    thread_ = std::thread{[this] { run(); }};
}

void recorder::stop()
{
    if (!thread_.joinable())
        return;
    // release: the thread that sees this sees all that was placed before.
    stopping_.store(true, std::memory_order_release);
    ring();
    thread_.join();
}

void recorder::ring() noexcept
{
    // acq_rel: pairs with the exchange in run(), so that what was placed before this call is seen
    // by the reading that the release below, or the one before it, brings about.
    if (!rung_.exchange(true, std::memory_order_acq_rel))
        wake_.release();
}

std::string recorder::complaint() const
{
    const std::lock_guard held{complaint_mutex_};
    return complaint_.text.empty() ? std::string{} : make_error_code(complaint_.code).message();
}

void recorder::run()
{
    name_this_thread("recorder");
    const auto start = of_.time.steady_now();
    next_sync_ = start + sync_each;
    next_upkeep_ = start + upkeep_each;
    bool is_busy = false;  // with what the listener has still to do
    // acquire: pairs with stop().
    while (!stopping_.load(std::memory_order_acquire)) {
        // A bell that rings while this reads wakes it once more for nothing.
        if (is_busy ? wake_.try_acquire() : wake_.try_acquire_for(look_each))
            rung_.exchange(false, std::memory_order_acq_rel);
        const auto now = of_.time.steady_now();
        is_busy = false;
        if (now < not_before_)
            continue;
        if (!write_all())
            continue;
        if (of_.listener != nullptr)
            is_busy = of_.listener->on_time(now_of(of_.time));
        if (limits_.sync == sync_policy::each_second && now >= next_sync_) {
            next_sync_ = now + sync_each;
            sync();
        }
        if (now >= next_upkeep_ || of_.to.is_upkeep_due())
            upkeep();
    }
    if (write_all())
        succeeded(of_.to.end_cleanly(of_.time.wall_now()));
    if (of_.listener != nullptr)
        of_.listener->on_end();
}

bool recorder::write_all()
{
    for (bool more = true; more;) {
        batch_.clear();
        lost_until_.reset();
        hole_.reset();
        more = follower_->read(*this, limits_.batch_max);
        if ((!batch_.empty() || lost_until_ || hole_ || epoch_) && !write())
            return false;
    }
    return true;
}

bool recorder::write()
{
    if (epoch_) {
        if (!succeeded(of_.to.begin_era(*epoch_)))
            return false;
        written_ = *epoch_;
        if (of_.listener != nullptr)
            of_.listener->on_new_era(*epoch_);
        epoch_.reset();
    }
    if (lost_until_ && *lost_until_ > written_) {
        const hole lost{written_, *lost_until_, hole_reason::not_archived};
        if (!record(lost))
            return false;
        if (of_.listener != nullptr)
            of_.listener->on_hole(lost);
        written_ = *lost_until_;
    }
    // What is in a hole is not there, for a reader; so it is not written either.
    const auto first = std::ranges::upper_bound(batch_, written_, {}, &tape::past_tick::at);
    const std::span<const tape::past_tick> ticks{first, batch_.end()};
    if (!ticks.empty()) {
        if (!succeeded(of_.to.append(ticks)))
            return false;
        written_ = ticks.back().at;
        figures_.ticks.add(ticks.size());
        figures_.transactions.add();
    }
    // Also where the other instance says damaged: nothing is damaged here.
    if (hole_ && !record({hole_->from, hole_->to, hole_reason::not_archived}))
        return false;
    if (limits_.sync == sync_policy::always && !sync())
        return false;
    if (hole_)
        written_ = std::max(written_, hole_->end);
    of_.kept(written_);
    if (of_.listener != nullptr && !ticks.empty())
        of_.listener->on_ticks(ticks);
    if (of_.listener != nullptr && hole_)
        of_.listener->on_hole({hole_->from, hole_->to, hole_reason::not_archived});
    return true;
}

bool recorder::record(const hole& missing)
{
    if (!succeeded(of_.to.record_hole(missing)))
        return false;
    figures_.holes.add();
    return true;
}

bool recorder::sync()
{
    const bool is_done = of_.to.synced() == of_.to.last() || succeeded(of_.to.sync());
    // relaxed: a number of its own.
    figures_.synced.store(of_.to.synced().packed(), std::memory_order_relaxed);
    return is_done;
}

void recorder::upkeep()
{
    next_upkeep_ = of_.time.steady_now() + upkeep_each;
    const auto now = of_.time.wall_now();
    succeeded(of_.to.keep_up(now));
    if (of_.listener != nullptr)
        of_.listener->keep_up(now);
}

void recorder::begin_at(position after)
{
    written_ = after;
    follower_.emplace(
        of_.from, of_.from.symbols().all(), of_.from.era(), after,
        tape::tape_follower::reads::placed);
}

// After a failure all goes on from where the store is.
bool recorder::succeeded(const result<void>& r)
{
    // relaxed: a word of its own.
    const bool was_failing = figures_.failing.exchange(!r, std::memory_order_relaxed);
    if (!r) {
        figures_.failures.add();
        not_before_ = of_.time.steady_now() + limits_.retry;
        // An era that could not be begun is begun first.
        begin_at(std::min(of_.to.last(), epoch_.value_or(of_.to.last())));
    }
    const bool is_new = [&] {
        const std::lock_guard held{complaint_mutex_};
        auto why = r ? failure{} : r.error();
        const bool differs = why.text != complaint_.text;
        complaint_ = std::move(why);
        return differs;
    }();
    if (is_new || was_failing != !r)
        of_.state_changed(r ? std::string{} : r.error().text);
    return r.has_value();
}

void recorder::on_tick(const tick& t)
{
    batch_.push_back(
        {t.at, t.symbol, t.value, std::string{of_.sources.name(t.source)},
         of_.sources.combined(t.source)});
}

// Of one symbol, but a hole is of all: it covers more than is missing, and says so.
void recorder::on_lost(const tape::lost_ticks& lost)
{
    lost_until_ = std::max(lost_until_.value_or(lost.to), lost.to);
}

// The archive does not have the ticks either.
void recorder::on_hole(const tape::hole& missing)
{
    hole_ = missing;
}

void recorder::on_new_era(position epoch)
{
    epoch_ = epoch;
}

}  // namespace tickertape::archive
