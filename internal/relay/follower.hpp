// Reads the log from its own top on, and hands what is news to the taker: each tick once, and each
// range that cannot be had once.
//
// The top is always that of the entries that were read, never "the newest there is": a reader that
// was away goes on where it was. Where the log may be another than before (another server answers,
// or it has forgotten something), what it holds is compared with what was read before.
//
// Threads: one strand.
#pragma once

#include "core/backoff.hpp"
#include "core/clock.hpp"
#include "core/symbol.hpp"
#include "relay/alarm.hpp"
#include "relay/chain.hpp"
#include "relay/recent_entries.hpp"
#include "relay/shared_log.hpp"
#include "relay/tick_taker.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::relay {

class follower {
public:
    struct parts {
        shared_log& log;
        tick_taker& to;
        const symbol_table& symbols;
        const clock& time;
        alarm& again;  // of the waits after a failure
        // Whether the tapes had that tick before this began, or it is older than what they hold.
        std::function<bool(const tape::past_tick&)> had_before;
        // Whether the tapes hold a tick of that position.
        std::function<bool(position)> holds;
        std::function<void()> has_read;      // something, or that there is nothing
        std::function<void()> has_farewell;  // of a leader
        std::function<std::uint64_t()> random;
    };
    struct limits {
        recent_entries::limits held{};
        std::size_t batch_max = 1'000;
        std::chrono::milliseconds wait{1'000};
        // How far back it compares: twice as much as one instance puts back. It goes on where what
        // it finds there is not its own.
        std::size_t compared_max = 131'072;
        // Of the ranges that were told as missing, so many are remembered, to tell none again.
        std::size_t told_max = 64;
        backoff_limits retry{std::chrono::milliseconds{200}, std::chrono::milliseconds{400}};
    };
    struct figures {
        std::uint64_t ticks = 0;       // handed on
        std::uint64_t orphans = 0;     // entries we hold, and the log lost for good
        std::uint64_t conflicts = 0;   // positions with two contents: must be 0
        std::uint64_t gaps = 0;        // ranges that were told as missing
        std::uint64_t unreadable = 0;  // entries
        std::uint64_t failures = 0;    // calls
    };

    // All parts outlive this. Goes on after `top`: the newest tick of before, or position{}.
    follower(parts of, limits bounds, position top);

    // Until stop(), and until the call that is under way then has ended.
    boost::asio::awaitable<void> run();
    void stop();

    // The log may have another history from now on: that of another server, or one into which
    // something was put.
    enum class cause { other_server, put_back };
    // `log_top`: the highest position that it ever gave, if that is known.
    void compare(cause why, position log_top = {})
    {
        is_sure_ = false;
        log_top_ = log_top;
        is_elsewhere_ = is_elsewhere_ || why == cause::other_server;
    }
    // Whether the log's history was found to be ours, or the difference was told.
    bool is_sure() const noexcept { return is_sure_ && !is_comparing_; }

    position top() const noexcept { return top_; }
    const recent_entries& held() const noexcept { return held_; }
    // When it last knew that there is nothing behind its top; none: never.
    std::optional<steady_time> at_top() const noexcept { return at_top_; }
    const figures& now() const noexcept { return figures_; }

private:
    boost::asio::awaitable<bool> read_on();
    boost::asio::awaitable<bool> take(entry& e);
    boost::asio::awaitable<bool> look_back(position from);
    boost::asio::awaitable<result<position>> look_deeper(entry oldest);
    void reconcile(const std::vector<entry>& newest_first, position before);
    void begin(const entry& first);
    void settle_born(const entry& e);
    bool is_foreign(const entry& e) const;
    bool is_known(position p) const;
    std::optional<tape::past_tick> tick_in(const entry& e) const;
    void hand_on(const entry& e);
    void miss(position from, position to, gap_cause why);
    bool was_told(position p) const;
    void note_told(position from, position to);
    double random_fraction() const;

    const parts of_;
    const limits limits_;
    position top_;
    recent_entries held_;
    bool is_sure_ = false;
    bool is_comparing_ = false;
    bool is_elsewhere_ = false;  // another server answers, and is not compared yet
    bool is_joined_ = true;      // our top is known to be in the log's past
    bool is_stopping_ = false;
    position log_top_;                   // as compare() was told
    std::string server_;                 // that was read from
    position known_after_;               // all up to there was told by begin()
    std::map<position, position> told_;  // from, to: apart from each other
    std::optional<steady_time> at_top_;
    backoff retry_;
    figures figures_;
};

}  // namespace tickertape::relay
