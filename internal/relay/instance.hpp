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
#include "relay/presence.hpp"
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
    // When it last knew that it has all; none: it has not been at the top yet.
    std::optional<steady_time> at_top;
    std::chrono::milliseconds usual{0};  // between two such times
    // For how long it may lack something.
    std::optional<std::chrono::milliseconds> lag_at(steady_time now) const
    {
        if (!at_top)
            return std::nullopt;
        const auto since = std::chrono::floor<std::chrono::milliseconds>(now - *at_top);
        return since > usual ? since : std::chrono::milliseconds{0};
    }
    position top;
    std::optional<std::chrono::milliseconds> skew;  // our clock is ahead of the log's
    std::optional<unsigned> slot;
    bool is_reached = false;    // the last call had an answer
    steady_time reached_since;  // where it had: since when all had
    std::uint64_t waiting = 0;  // observations that the log has not taken yet
    std::uint64_t dropped = 0;  // observations that the log never took
    std::uint64_t takeovers = 0;
    std::uint64_t moved = 0;   // appends that were refused because the log had another top
    std::uint64_t fenced = 0;  // because the lease was another's
    std::uint64_t healed = 0;  // entries that were put back
    std::uint64_t failures = 0;
    std::uint64_t foreign = 0;  // entries of the log that are none of ours
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
        std::function<bool(position)> holds;                     // as follower's
        // Whether what is observed is wanted from now on.
        std::function<void(bool)> wants_prices;
        // What other programs are to find: the prices that changed since it was last called.
        std::function<std::vector<std::pair<std::string, std::string>>()> latest;
        // They find all that it has returned last.
        std::function<void()> latest_is_put;
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
        // A leader from whose feed no price came for so long gives the lease back, if another
        // instance could lead that has not just done so. 0: never.
        milliseconds feed_quiet_max{0};
        // For so long after that others are to lead, as far as they have prices.
        milliseconds dry_for{300'000};
        // After a time in which the log did not answer, those who did not lead wait so long before
        // they ask for the lease.
        milliseconds first_asks_for{1'500};
        milliseconds watches_each{1'000};
        // A position that lies further ahead of our clock is not taken for one that was given.
        milliseconds ahead_max{60'000};
        // Trouble with the log is over, for the operator, after so long without a failure.
        milliseconds calm{5'000};
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
    // What stands in the lease while this instance leads.
    const std::string& token() const noexcept { return token_; }

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
    boost::asio::awaitable<void> step_down(const char* why);
    boost::asio::awaitable<void> watch();
    void look_around(const std::vector<announced>& all);
    void note_double(const std::string& life);
    void tell_losses();
    void see(const log_state& s, position top_then);
    void take_lead(const moment& now, bool has_led);
    void lose_lead(const char* why);
    void failed(const char* what, boost::system::error_code why);
    void heard();
    void tell_role();
    bool has_slot(steady_time now) const { return slot_ && now < slot_until_; }
    bool may_append(steady_time now) const;
    // Whether it asks for the lease, or looks only.
    bool may_ask(steady_time now) const;
    bool yields(steady_time now) const { return yields_ && now < double_until_; }
    bool has_dry_feed(steady_time now) const;
    bool cannot_append(steady_time now) const;
    bool wants_heal() const;
    steady_time next_due(steady_time now) const;
    void spawn(boost::asio::awaitable<void> task, boost::asio::cancellation_signal& ended_by);

    const parts of_;
    const limits limits_;
    const std::string name_;
    const std::string life_;  // a random number
    const std::string token_;
    const std::string symbols_mark_;
    std::unique_ptr<alarm> wake_;
    std::unique_ptr<alarm> reader_again_;
    std::unique_ptr<alarm> watch_;
    lease_keeper keeper_;
    sequencer sequencer_;
    follower follower_;
    std::array<boost::asio::cancellation_signal, 3> stop_;  // of the reader, control, watch
    bool is_stopping_ = false;
    int running_ = 0;

    std::string lineage_;
    std::string mark_;
    position tail_;                       // the log's top, as last heard
    position base_;                       // the same while we led
    position lead_after_;                 // the same when we began to lead
    std::optional<position> lost_after_;  // the log has lost what we have after it
    bool is_healing_ = false;             // the log is not yet where we are
    steady_time hold_until_{};            // no own entry before
    bool is_heard_ = false;               // the last call was answered as was asked
    bool is_reached_ = false;             // the last call was answered, if only by an error
    steady_time reached_since_{};
    steady_time heard_last_{};
    std::optional<steady_time> trouble_since_;
    steady_time trouble_last_{};
    std::uint64_t troubles_ = 0;
    std::vector<boost::system::error_code> causes_;  // that were told
    bool is_leaving_ = false;
    steady_time lead_until_{};   // the end of the lease that was had last
    steady_time rests_until_{};  // does not ask for the lease before
    steady_time dry_until_{};
    steady_time observed_at_{};  // or the time from which on prices are wanted
    bool others_could_lead_ = false;
    std::string announced_leader_;
    std::optional<steady_time> append_fails_since_;
    static constexpr std::size_t told_symbols_max = 64;
    std::vector<std::string> told_symbols_;  // instances of which it was told
    int doubles_ = 0;
    bool yields_ = false;
    bool is_double_told_ = false;
    steady_time double_until_{};
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
