// A lane: one thread, one io_context, one share of the subscribers.
//
// It is woken when there are new ticks and sweeps over the subscribers that want them, in slices,
// so that accepting, requests and closing are served in between. A subscriber that is reached late
// gets everything up to the newest tick in one write; one that cannot take it is behind, and goes
// on from its cursor when its socket is writable again. Nothing is queued.
//
// The lane itself runs the thread, hears of sockets, and lets subscribers in. Its parts do the
// rest: the past replay sends ticks that the tapes no longer hold, the audience holds the
// subscribers, the sweeper sends new ticks, the upkeep looks after heartbeats and limits, the drain
// sends all subscribers away.
//
// Threads: wake(), drain(), abandon(), stop(), counters() and frame_cache_bytes() from any;
// everything else on the lane's own.
#pragma once

#include "hub/audience.hpp"
#include "hub/lane_drain.hpp"
#include "hub/past_replay.hpp"
#include "hub/poller.hpp"
#include "hub/sweeper.hpp"
#include "hub/upkeep.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <optional>

namespace tickertape::hub {

class lane {
public:
    // All but the limits outlive this. `older`: where ticks are that the tapes no longer hold;
    // null: nowhere. `changes`: of candles, by those who keep them; null: nobody does. `topics`:
    // beside the prices; null: there are none. Throws where the kernel gives no descriptors.
    lane(
        const tape::tapes& from, const source_table& sources, const clock& time, lane_limits limits,
        tape::past* older = nullptr, const series::change_log* changes = nullptr,
        const topic_board* topics = nullptr);

    boost::asio::io_context& context() noexcept { return context_; }

    // Answers the connection and keeps it supplied until it leaves. Ticks that are no longer on the
    // tapes come first, from the past.
    void subscribe(subscription wanted);

    // To be called after new ticks. Cheap if the lane was woken already or has no subscriber.
    void wake() noexcept { poller_.wake(); }

    // Tells every subscriber to go elsewhere, one after another within `over`, and calls `done`,
    // once and on the lane, when all have gone. A connection that subscribes from now on is sent
    // away at once.
    void drain(std::chrono::milliseconds over, std::function<void()> done);
    // Closes all subscribers at once.
    void abandon();

    // Runs the lane on this thread until stop(). Nothing on a lane is meant to throw but for want
    // of memory; a lane that stopped half way through would leave silent holes, so the process ends
    // instead, and clients resume from the next.
    void run() noexcept;
    void stop();

    const lane_counters& counters() const noexcept { return audience_.counters(); }
    std::size_t frame_cache_bytes() const noexcept
    {
        return audience_.planner().frame_cache_bytes();
    }

private:
    void subscribe_to_candles(subscription wanted);
    void refuse(subscription wanted);
    // Whether the connection is to be sent older ticks first.
    bool begins_in_past(const subscription& wanted) const;
    // How a connection comes: new, new and to be ended, or from the past to go on, or from there to
    // leave.
    enum class arrival { anew, refused, from_past, leaving };
    void admit(subscription wanted, arrival how);
    void on_socket(poller::event e);
    void on_wake();
    void on_empty();
    void close_all();

    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_{
        context_.get_executor()};
    poller poller_;
    audience audience_;
    sweeper sweeper_;
    upkeep upkeep_;
    lane_drain drain_;
    std::optional<past_replays> past_;
    bool drains_ = false;
};

}  // namespace tickertape::hub
