// A lane: one thread, one io_context, one share of the subscribers.
//
// It is woken when there are new ticks and sweeps over the subscribers that want them, in slices,
// so that accepting, requests and closing are served in between. A subscriber that is reached late
// gets everything up to the newest tick in one write; one that cannot take it is behind, and goes
// on from its place when its socket is writable again. Nothing is queued.
//
// Threads: wake(), drain(), abandon(), stop() and the counters from any; everything else on the
// lane's own.
#pragma once

#include "core/clock.hpp"
#include "core/staleness.hpp"
#include "core/tally.hpp"
#include "hub/lease.hpp"
#include "hub/poller.hpp"
#include "hub/stream_planner.hpp"
#include "hub/subscriber_table.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <random>
#include <string>

namespace tickertape {

struct lane_limits {
    std::chrono::milliseconds heartbeat{15'000};  // silence after which one is sent
    staleness stale{std::chrono::milliseconds{120'000}};
    std::chrono::milliseconds stalled{60'000};  // without taking a byte of what waits: closed
    std::chrono::milliseconds retry{2'000};  // told to clients, half to one and a half times this
    socket_limits socket;
    stream_planner::limits planner;
    std::size_t slice_subscribers = 256;  // served before others on the lane have their turn
    std::size_t turn_bytes = 64 << 10;    // sent to one subscriber before the next has its turn
};

struct lane_counters {
    tally subscribers;  // now
    tally behind;       // now: waiting for their socket to become writable
    tally subscribed;
    tally refused;  // the kernel would not watch their socket
    tally ticks;    // delivered
    tally bytes;    // handed to the kernel
    tally writes;
    tally fell_behind;
    tally stalled;  // closed because they took nothing for too long
    tally heartbeats;
    std::array<tally, 3> gaps;  // by sse::gap_reason
    tally wakes;
};

// A connection that has asked for a stream, and been granted it.
struct subscription {
    stream_socket socket;
    std::vector<symbol_id> symbols;  // without repetition, at least one
    sse::framing how = sse::framing::chunked;
    stream_place place;
    std::string head;  // the head of the response
    lease held{};      // given back when the subscriber leaves
};

class lane {
public:
    // All but the limits outlive this. Throws where the kernel gives no descriptors.
    lane(const tapes& from, const source_table& sources, const clock& time, lane_limits limits);

    boost::asio::io_context& context() noexcept { return context_; }

    // Answers the connection and keeps it supplied until it leaves.
    void subscribe(subscription wanted);

    // There are new ticks. Costs next to nothing where the lane knows already.
    void wake() noexcept { poller_.wake(); }

    // Tells every subscriber to go elsewhere and calls `done`, once and on the lane, when all have
    // gone. Whoever subscribes from now on is sent away at once.
    void drain(std::function<void()> done);
    // Closes all subscribers at once.
    void abandon();

    // Runs the lane on this thread until stop(). Nothing on a lane is meant to throw but for want
    // of memory; a lane that stopped half way through would leave silent holes, so the process ends
    // instead, and clients resume from the next.
    void run() noexcept;
    void stop();

    const lane_counters& counters() const noexcept { return counters_; }

private:
    void on_socket(poller::event e);
    void on_wake();
    void note_news();
    void wants_sweep(group_id id);
    void wants_another_turn(group_id id);
    void sweep_later();
    void sweep();
    bool sweep_group(group_id id, std::size_t& budget);

    // Sends what the subscriber lacks. May remove it.
    void pump(subscriber_id id);
    bool flush(subscriber_id id, std::string_view more, std::size_t& taken);
    void remove(subscriber_id id);
    void remove_all();

    void on_beat();
    void beat(subscriber_id from);
    void send_away(subscriber_id from);
    void bid_farewell(subscriber_id id);
    void report_if_drained();
    std::chrono::milliseconds jittered_retry();
    void look_at_clock();
    void arm_beat();

    const tapes& tapes_;
    const clock& clock_;
    const lane_limits limits_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_{
        context_.get_executor()};
    poller poller_;
    boost::asio::steady_timer beat_timer_{context_};
    notice_board board_;
    stream_planner planner_;
    subscriber_table table_;
    std::deque<group_id> queue_;     // groups that wait for the sweep
    std::vector<position> noticed_;  // of each symbol, up to where its groups have been told
    bool sweeping_ = false;          // a slice is posted
    bool beating_ = false;           // a slice of heartbeats is posted
    bool draining_ = false;
    std::function<void()> drained_;
    // As of the last look: a slice takes no longer than a clock tick matters.
    position until_;
    wall_time wall_now_{};
    std::chrono::milliseconds now_{0};
    std::minstd_rand random_{std::random_device{}()};
    lane_counters counters_;
};

}  // namespace tickertape
