// Sends subscribers the ticks that are older than what the tapes hold, before they become
// subscribers of the lane.
//
// A replay begins behind the head of the response. It reads one batch after another from the past,
// sends it, and hands the connection to the lane with its cursor as soon as every tick after that
// is on the tapes. If the tapes have moved on meanwhile, it goes back to the past. If the past has
// no more, fails or is too late, the connection is handed over as it is, and the lane tells the
// gap.
//
// A replay costs more than a subscriber: a coroutine frame, a timer and its list of symbols. At
// most limits.replays_max run at once. Neither MAX_LAG nor MAX_STREAM_AGE ends one, only a stalled
// socket does; its age counts from when it becomes a subscriber.
//
// A batch is held only under a permit, so memory is bounded by limits.permits batches. A reader
// that is too slow for its batch gives the permit back and keeps the rest of one frame. It asks for
// a permit again when its socket takes bytes again, and is closed if that takes longer than
// lane_limits::stalled.
//
// Threads: one, its lane's; the past answers on any.
#pragma once

#include "hub/audience.hpp"
#include "hub/mailbox.hpp"
#include "hub/poller.hpp"
#include "tape/past.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace tickertape::hub {

class past_replays {
public:
    // Takes over a connection that is watched by the poller already. What is left to be sent of
    // earlier frames is its head. `leaves`: its stream is to end, whatever it has not been sent.
    using hand_over = std::function<void(subscription, bool leaves)>;

    // All outlive this.
    past_replays(
        boost::asio::io_context& context, audience& of, poller& sockets, tape::past& older,
        hand_over to_lane);
    ~past_replays();
    past_replays(const past_replays&) = delete;
    past_replays& operator=(const past_replays&) = delete;

    // Begins a replay; `wanted` needs the past. Returns false and takes nothing if there are too
    // many, or if the kernel would not watch its socket.
    bool start(subscription& wanted);

    // Whether that is the socket of a replay.
    static bool is_key(poller::key k) noexcept { return (k & key_bit) != 0; }
    void on_socket(poller::event e);

    // Hands all over as they are, without waiting for the past.
    void hand_over_all();
    // Closes all.
    void close_all();

private:
    struct replay;
    using replay_ptr = std::shared_ptr<replay>;
    using milliseconds = std::chrono::milliseconds;

    // Apart from all keys of subscribers.
    static constexpr poller::key key_bit = poller::key{1} << 62;

    const past_limits& limits() const noexcept { return audience_.limits().past; }

    // Runs the whole replay. Returns why it ended; none if end() was called from outside.
    boost::asio::awaitable<std::optional<past_outcome>> run(replay_ptr r);
    // The replay outlives each of these: run() holds it.
    boost::asio::awaitable<bool> take_permit(replay& r);
    boost::asio::awaitable<std::optional<past_outcome>> read(replay& r);
    boost::asio::awaitable<bool> send_batch(replay& r);
    boost::asio::awaitable<bool> send_rest(replay& r);
    template <class Condition>
    boost::asio::awaitable<bool> wait(replay& r, milliseconds at_most, Condition holds);

    void settle_batch(replay& r);
    bool send_some(replay& r, std::string_view bytes, std::size_t& sent);
    void append_heartbeat_if_due(replay& r);
    void on_answer(poller::key of, result<tape::past_batch> answer);
    void give_back_permit();
    void end(replay& r, past_outcome how);

    boost::asio::io_context& context_;
    audience& audience_;
    poller& poller_;
    tape::past& past_;
    const hand_over to_lane_;
    const std::shared_ptr<mailbox> mailbox_;
    std::map<poller::key, replay_ptr> running_;
    std::deque<replay*> waiting_;  // for a permit
    std::size_t permits_;          // that are free
    std::uint32_t next_ = 0;
};

}  // namespace tickertape::hub
