// How instances of a cluster share a store in PostgreSQL: one of them writes, the others look
// whether it has, and one of those goes on where it stops.
#include "postgres/schema.hpp"
#include "postgres/store.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace tickertape::postgres {

using archive::archive_errc;
using archive::stored;
using how = locks::how;
using which = locks::which;
using steady = std::chrono::steady_clock;

namespace {

std::string words_of(const std::string& cluster)
{
    return cluster.empty() ? "a server without RELAY" : "the cluster " + cluster;
}

}  // namespace

// One at a time opens it, so that nobody finds half of the tables, and of several who would make it
// theirs one is the first.
void store::join(const store_options& options)
{
    auto& to = *connection_;
    locks_.take(to, which::opens, how::alone);
    locks_.take(to, which::uses, how::together);
    migrate(to, kind_);
    const auto before = read_life(to);
    if (before.cluster == cluster_) {
        const bool is_to_write = locks_.try_to_take(to, which::writes);
        reload();
        judge_life_of_cluster(before, !is_to_write);
        if (is_to_write)
            begin_life(read_life(to));
        locks_.give_back(to, which::opens);
        return;
    }
    // It was that of a server of its own, or of another cluster, of which nobody may be left.
    locks_.give_back(to, which::uses, how::together);
    if (!locks_.try_to_take(to, which::uses))
        to.fail(
            archive_errc::in_use, "in use by " + words_of(before.cluster) + ", and this is of " +
                                      words_of(cluster_) + ": " + locks_.holder(to, which::uses));
    locks_.take(to, which::writes, how::alone);
    open_page(options);
    reload();
    judge(before, options);
    begin_life(before);
    page_.reset();
    locks_.take(to, which::uses, how::together);
    locks_.give_back(to, which::uses);
    locks_.give_back(to, which::opens);
}

// Another process may have written meanwhile, and write now.
void store::attach_again(std::unique_ptr<connection> to, int own_backend)
{
    locks_.end_own(*to, which::writes, own_backend);
    locks_.take(*to, which::uses, how::together);
    if (const auto now = read_life(*to); now.cluster != cluster_)
        to->fail(
            archive_errc::in_use,
            "it is that of " + words_of(now.cluster) + " now: start this one anew");
    if (sync_ == archive::sync_policy::always)
        to->run("SET synchronous_commit TO on");
    // relaxed: a word of its own.
    life_->store(0, std::memory_order_relaxed);
    says_that_it_prefers_ = false;
    next_try_ = {};
    changes_ = -1;
    connection_ = std::move(to);
    reload();
    go_back_if_lost();
}

// All that the tables say, as of one moment.
void store::reload()
{
    const auto epoch = epoch_;
    transaction whole{*connection_};
    connection_->run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    static_cast<void>(read_life(*connection_));
    load(*connection_);
    read_holes(*connection_);
    whole.commit();
    if (epoch_ != epoch)
        ++eras_;
    are_holes_behind_ = are_days_behind_ = false;
    publish();
}

// What the process that writes has changed beside ticks.
void store::refresh()
{
    const auto now = connection_->ask("SELECT changes, synced FROM archive");
    if (now.size() != 1)
        connection_->fail(archive_errc::damaged, "the table archive has not one row");
    if (now.integer(0, 0) != changes_)
        reload();
    if (sync_ != archive::sync_policy::always)
        synced_ = std::min(last_, archive::from_stored(now.integer(0, 1)));
}

// The server lost what this process has counted as stored: it is given again.
void store::go_back_if_lost()
{
    if (held_last_ >= last_)
        return;
    last_ = held_last_;
    synced_ = std::min(synced_, held_last_);
    connection_->fail(
        archive_errc::commits_lost, "PostgreSQL lost ticks after " + last_.text() +
                                        " which were not on its disk; they are written again");
}

void store::tell_preference()
{
    // relaxed: a word of its own.
    const bool prefers = prefers_.load(std::memory_order_relaxed);
    if (prefers == says_that_it_prefers_)
        return;
    if (prefers)
        locks_.take(*connection_, which::prefers, how::together);
    else
        locks_.give_back(*connection_, which::prefers, how::together);
    says_that_it_prefers_ = prefers;
}

// Whether this process writes; it does from now on where nobody else does. `is_urgent`: also if
// another one would rather.
bool store::try_to_write(bool is_urgent)
{
    if (!is_shared() || writes())
        return true;
    tell_preference();
    const auto now = steady::now();
    if (now < next_try_)
        return false;
    next_try_ = now + take_over_each;
    const bool leaves_it =
        !says_that_it_prefers_ && !is_urgent && locks_.is_taken(*connection_, which::prefers);
    if (leaves_it || !locks_.try_to_take(*connection_, which::writes))
        return false;
    take_over();
    return true;
}

// The lock has just been taken.
void store::take_over()
{
    try {
        // What another process has written until now.
        reload();
        for (const auto& h : lacking_)
            if (h.to > held_last_)
                archive::add_hole(holes_, {std::max(h.from, held_last_), h.to, h.reason});
        begin_life(read_life(*connection_));
    } catch (...) {
        connection_.reset();  // and with it the lock
        throw;
    }
    lacking_.clear();
    publish();
    figures_.takeovers.add();
    say("this instance writes the archive that it shares from now on");
    go_back_if_lost();
}

// Leaves writing to a process that prefers to.
void store::give_way()
{
    if (!is_shared() || !writes())
        return;
    tell_preference();
    if (says_that_it_prefers_ || !locks_.is_taken(*connection_, which::prefers))
        return;
    run_synced(
        "UPDATE archive SET synced = " + std::to_string(stored(last_)), connection::answer_max);
    synced_ = last_;
    end_life("now()");
    next_try_ = steady::now() + leave_to_preferring;
    say("another instance writes the archive that this one shares from now on");
}

// Waits until another process has written these ticks. False where none does: this process writes
// from now on.
bool store::is_written_elsewhere(std::span<const tape::past_tick> ticks)
{
    while (!ticks.empty()) {
        const auto day = archive::day_of(ticks.front().at);
        const auto end = std::ranges::find_if(
            ticks, [day](const tape::past_tick& t) { return archive::day_of(t.at) != day; });
        const auto n = static_cast<std::size_t>(end - ticks.begin());
        if (!wait_for(ticks.first(n)))
            return false;
        ticks = ticks.subspan(n);
    }
    return true;
}

bool store::wait_for(std::span<const tape::past_tick> ticks_of_day)
{
    auto last = steady::now();
    milliseconds waited{0};
    milliseconds stuck{0};  // of that time the archive did not go on
    for (auto pause = look_first;; pause = std::min(pause * 2, look_last)) {
        const std::pair before{held_last_, changes_};
        if (are_there(ticks_of_day))
            return true;
        if (try_to_write(waited >= leave_to_preferring))
            return false;
        // relaxed: a word of its own.
        if (ending_->load(std::memory_order_relaxed))
            connection_->fail(archive_errc::busy, "the process ends");
        if (std::pair{held_last_, changes_} != before)
            stuck = milliseconds{0};
        if (stuck >= stuck_after_) {
            cut_off_writer();
            stuck = milliseconds{0};
        } else if (waited >= 2 * stuck_after_) {
            connection_->fail(archive_errc::busy, "the process that writes it is behind");
        }
        std::this_thread::sleep_for(pause);
        // A process that was stopped itself has not waited.
        const auto now = steady::now();
        const auto passed =
            std::min(std::chrono::ceil<milliseconds>(now - std::exchange(last, now)), waits_most);
        waited += passed;
        stuck += passed;
    }
}

// Whether the archive has these ticks, or says that it lacks them.
bool store::are_there(std::span<const tape::past_tick> ticks_of_day)
{
    const auto day = archive::day_of(ticks_of_day.front().at);
    std::size_t there = 0;
    position newest;
    if (days_.contains(day)) {
        array_text positions;
        for (const auto& t : ticks_of_day)
            positions.add(stored(t.at));
        const auto name = partition_of(day);
        const auto changes = std::exchange(changes_, -1);  // where this fails all is loaded again
        const auto found = connection_->ask(
            "SELECT (SELECT count(*) FROM " + name +
                " WHERE position = ANY($1::bigint[])), (SELECT max(position) FROM " + name + ")",
            {positions.take()});
        there = static_cast<std::size_t>(found.integer(0, 0));
        newest = archive::from_stored(found.integer(0, 1));
        changes_ = changes;
    }
    // After it, so that the holes before those ticks are known when they may be read.
    refresh();
    if (newest > held_last_) {
        held_last_ = newest;
        if (const auto held = days_.find(day); held != days_.end())
            held->second.last = newest;
        inventory_->set_last(held_last_);
    }
    if (there == ticks_of_day.size())
        return true;
    if (held_last_ < ticks_of_day.back().at)
        return false;
    compare(ticks_of_day);
    return true;
}

// The archive goes further than these ticks: it has each of them, or a hole there, or it is not
// that of the ticks that this instance has.
void store::compare(std::span<const tape::past_tick> ticks_of_day)
{
    if (archive::day_of(ticks_of_day.front().at) < dropped_before_)
        return;
    array_text positions;
    for (const auto& t : ticks_of_day)
        positions.add(stored(t.at));
    const auto absent = connection_->ask(
        "SELECT w.position FROM unnest($1::bigint[]) AS w(position) WHERE NOT EXISTS"
        " (SELECT FROM ticks t WHERE t.position = w.position)",
        {positions.take()});
    for (std::size_t i = 0; i < absent.size(); ++i) {
        const auto at = archive::from_stored(absent.integer(i, 0));
        const bool is_told = std::ranges::any_of(
            holes_, [at](const archive::hole& h) { return h.from < at && at <= h.to; });
        if (is_told)
            continue;
        is_foreign_ = true;
        connection_->fail(
            archive_errc::in_use, at.text() +
                                      " is not in it: it has other ticks than this instance. Give"
                                      " all instances that share it the same RELAY and SYMBOLS, and"
                                      " start this one anew");
    }
}

// It may be stopped, or hang, and still hold its locks.
void store::cut_off_writer()
{
    const auto who = locks_.holder(*connection_, which::writes);
    if (who.empty())
        return;
    say("the instance that writes the shared archive does not go on, and is cut off from it: " +
        who);
    locks_.cut_off(*connection_, which::writes);
}

void store::say(const std::string& what) const
{
    if (retention_.say)
        retention_.say(what);
}

}  // namespace tickertape::postgres
