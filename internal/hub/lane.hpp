// A lane: one thread, one io_context, one share of the subscribers.
//
// It is woken when there are new ticks and sweeps over the subscribers that want them, in slices,
// so that accepting, requests and closing are served in between. A subscriber that is reached late
// gets everything up to the newest tick in one write; one that cannot take it is behind, and goes
// on from its place when its socket is writable again. Nothing is queued.
//
// A second, slower sweep looks at everybody: heartbeats, and the limits on how slow and how old a
// stream may be.
//
// Threads: wake(), drain(), abandon(), stop() and the counters from any; everything else on the
// lane's own.
#pragma once

#include "core/clock.hpp"
#include "core/lease.hpp"
#include "hub/delivery.hpp"
#include "hub/drain_pace.hpp"
#include "hub/lane_limits.hpp"
#include "hub/poller.hpp"
#include "hub/stream_planner.hpp"
#include "hub/subscriber_table.hpp"
#include "hub/sweep_pace.hpp"
#include "hub/sweep_queue.hpp"
#include "hub/upkeep.hpp"
#include "hub/watermark_log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <random>
#include <string>

namespace tickertape {

// A connection that has asked for a stream, and been granted it.
struct subscription {
    stream_socket socket;
    stream_terms terms;
    stream_place place;
    tapes::era_number era = 0;  // of the place
    std::string head;           // the head of the response
    lease held{};               // given back when the subscriber leaves
};

class lane {
public:
    // All but the limits outlive this. Throws where the kernel gives no descriptors.
    lane(const tapes& from, const source_table& sources, const clock& time, lane_limits limits);

    boost::asio::io_context& context() noexcept { return context_; }

    // Answers the connection and keeps it supplied until it leaves.
    void subscribe(subscription wanted);

    // There are new ticks. Costs next to nothing where the lane knows already or has no subscriber.
    void wake() noexcept { poller_.wake(); }

    // Tells every subscriber to go elsewhere, one after another within `over`, and calls `done`,
    // once and on the lane, when all have gone. Whoever subscribes from now on is sent away at
    // once.
    void drain(std::chrono::milliseconds over, std::function<void()> done);
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
    void rest_until(std::chrono::milliseconds then);
    void sweep_anew();
    void look_at_clock();
    void look_at_tapes();
    void enter_era();
    void take_news(symbol_id symbol, std::optional<position> newest);
    void sweep_later();
    void sweep();
    void arm_release();

    // Draws the consequences of a delivery. May remove the subscriber.
    void settle(subscriber_id id, delivery::outcome sent);
    void remove(subscriber_id id);
    void remove_all();

    void arm_beat();
    void on_beat();
    void look_after_all(subscriber_id from);
    void look_after(subscriber_id id, care what);
    void look_at_lag(subscriber_id id);
    void close_lagging(subscriber_id id);

    void send_away_some();
    void bid_farewell(subscriber_id id);
    void report_if_drained();
    std::chrono::milliseconds jittered_retry();

    const tapes& tapes_;
    const clock& clock_;
    const lane_limits limits_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_{
        context_.get_executor()};
    poller poller_;
    boost::asio::steady_timer beat_timer_{context_};
    boost::asio::steady_timer release_timer_{context_};
    boost::asio::steady_timer drain_timer_{context_};
    boost::asio::steady_timer rest_timer_{context_};
    notice_board board_;
    horizon seen_;
    watermark_log watermarks_{limits_.lag};
    stream_planner planner_;
    subscriber_table table_;
    sweep_queue sweep_{table_};
    lane_counters counters_;
    delivery delivery_{planner_, seen_, limits_, counters_};
    std::array<std::string, 2> heartbeats_;  // by framing, of this look after everybody
    std::optional<std::chrono::milliseconds> released_at_;  // what release_timer_ is set to
    sweep_pace sweep_pace_{limits_.pace};
    bool sweeping_ = false;       // a slice is posted
    bool looking_after_ = false;  // a slice of looking after everybody is posted
    bool draining_ = false;
    drain_pace pace_;
    std::chrono::milliseconds drain_began_{0};
    std::size_t sent_away_ = 0;
    subscriber_id next_to_go_ = 0;
    std::function<void()> drained_;
    lane_moment moment_;
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace tickertape
