// One instance of a cluster: it follows the log, leads where it has the lease, and puts back what
// the log has lost.
//
// What it observes goes to the log and nowhere else; what it reads there goes to the taker. So the
// leader's own ticks come to its tape by the same way as those of another, and nobody sees a tick
// before the log has it.
//
// Threads: one strand.
#pragma once

#include "core/clock.hpp"
#include "relay/alarm.hpp"
#include "relay/follower.hpp"
#include "relay/lease_keeper.hpp"
#include "relay/message.hpp"
#include "relay/sequencer.hpp"
#include "relay/shared_log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tickertape::telemetry {
class logger;
}

namespace tickertape::relay {

// How an instance is now.
struct instance_state {
    bool is_leader = false;
    std::string instance;
    std::string leader;                  // empty: nobody
    std::vector<std::string> instances;  // all that live
    // Since when it may lack something; none: it has not been at the top yet.
    std::optional<std::chrono::milliseconds> lag;
    position top;
    std::optional<std::chrono::milliseconds> skew;  // our clock is ahead of the log's
    std::optional<unsigned> slot;
    bool is_reached = false;    // the last call had an answer
    std::uint64_t waiting = 0;  // observations that the log has not taken yet
    std::uint64_t dropped = 0;  // observations that the log never took
    std::uint64_t takeovers = 0;
    std::uint64_t moved = 0;   // appends that were refused because the log had another top
    std::uint64_t fenced = 0;  // because the lease was another's
    std::uint64_t healed = 0;  // entries that were put back
    std::uint64_t failures = 0;
    follower::figures read;
};

class instance {
public:
    using milliseconds = std::chrono::milliseconds;

    struct parts {
        shared_log& log;
        tick_taker& to;
        const symbol_table& symbols;
        const clock& time;
        const telemetry::logger& says;
        boost::asio::any_io_executor on;
        make_alarm alarms;
        std::function<std::uint64_t()> random;
        std::function<bool(const tape::past_tick&)> had_before;  // as follower's
        // Whether what is observed is wanted from now on.
        std::function<void(bool)> wants_prices;
        // What other programs are to find: the prices that changed since it was last called.
        std::function<std::vector<std::pair<std::string, std::string>>()> latest;
    };
    struct limits {
        lease_keeper::limits lease{};
        follower::limits reading{};
        sequencer::limits writing{};
        std::optional<unsigned> slot{};  // wanted
        milliseconds slot_lifetime{30'000};
        // Where the log has forgotten, those who hold entries put them back in this time before
        // new ones follow.
        milliseconds heal_wait{1'000};
        milliseconds announces_each{1'000};
        milliseconds announced_for{5'000};
        milliseconds latest_for{120'000};
        milliseconds farewell{1'000};  // the longest a leader takes to leave
    };

    // `name`: no other living instance has it. `top`: as follower's. All parts outlive this.
    instance(parts of, const limits& bounds, std::string name, position top);
    ~instance();

    void start();
    // Takes what was observed, where this instance leads; drops it otherwise.
    void observe(const tick_words& seen);
    // Gives the lease back, after what waits, and never leads again. `left` is called once.
    void leave(std::function<void()> left);
    // Ends all. Soon after, nothing of it is under way on the executor.
    void stop();

    instance_state state() const;

private:
    boost::asio::awaitable<void> control();
    boost::asio::awaitable<void> ask();
    boost::asio::awaitable<void> claim();
    boost::asio::awaitable<void> heal();
    boost::asio::awaitable<void> append();
    boost::asio::awaitable<void> announce();
    boost::asio::awaitable<void> put_latest();
    boost::asio::awaitable<void> say_farewell();
    boost::asio::awaitable<void> give_back();  // the lease
    void see(const log_state& s, position top_then);
    void take_lead(const moment& now, bool has_led);
    void lose_lead();
    void failed(const char* what, boost::system::error_code why);
    void heard();
    void tell_role();
    bool has_slot(steady_time now) const { return slot_ && now < slot_until_; }
    bool may_append(steady_time now) const;
    bool wants_heal() const;
    steady_time next_due(steady_time now) const;
    void spawn(boost::asio::awaitable<void> task, boost::asio::cancellation_signal& ended_by);

    const parts of_;
    const limits limits_;
    const std::string name_;
    const std::string token_;
    std::unique_ptr<alarm> wake_;
    std::unique_ptr<alarm> reader_again_;
    lease_keeper keeper_;
    sequencer sequencer_;
    follower follower_;
    std::array<boost::asio::cancellation_signal, 2> stop_;  // of the reader, of control
    bool is_stopping_ = false;
    int running_ = 0;

    std::string lineage_;
    position tail_;                       // the log's top, as last heard
    position base_;                       // the same while we led
    std::optional<position> lost_after_;  // the log has lost what we have after it
    bool is_healing_ = false;             // the log is not yet where we are
    steady_time hold_until_{};            // no own entry before
    steady_time new_until_{};             // the same since the log was first heard
    bool is_heard_ = false;
    bool wants_prices_ = false;
    std::optional<unsigned> slot_;
    bool is_without_slot_ = false;  // all are taken: it asks for no lease
    steady_time slot_until_{};
    steady_time slot_due_{};
    steady_time announce_due_{};
    steady_time latest_due_{};
    std::function<void()> left_;
    std::vector<std::string> instances_;
    std::uint64_t takeovers_ = 0;
    std::uint64_t moved_ = 0;
    std::uint64_t fenced_ = 0;
    std::uint64_t healed_ = 0;
    std::uint64_t failures_ = 0;
};

}  // namespace tickertape::relay
