// The subscribers of one lane: it lets them in, sends each what it lacks, and removes those that
// leave. It also knows how far the lane has seen the tapes, and which groups have news to be sent.
//
// It has no timer and never waits. When to look at the tapes, and at which subscribers, is decided
// by the sweeper, the upkeep and the drain of the lane.
//
// Threads: one, its lane's; the counters may be read on any.
#pragma once

#include "candles/candle_track.hpp"
#include "core/clock.hpp"
#include "core/lease.hpp"
#include "hub/delivery.hpp"
#include "hub/lane_limits.hpp"
#include "hub/stream_planner.hpp"
#include "hub/subscriber_table.hpp"
#include "hub/sweep_queue.hpp"
#include "series/change_log.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tickertape::hub {

// A connection whose request for a stream was granted.
struct subscription {
    stream_socket socket;
    stream_terms terms;
    stream_cursor cursor;
    tape::tapes::era_number era = 0;  // of the cursor
    std::string head;                 // the head of the response
    lease held{};                     // given back when the subscriber leaves
    // Of candles: the blocks that the stream begins with, framed, and where the candles of each
    // symbol go on.
    std::string beginning{};
    std::vector<candles::track_start> starts{};
    // There is no room for it: it is told so and closed, and is never counted as a subscriber.
    bool is_refused = false;
    // All changes of candles up to that revision are in the beginning.
    std::uint64_t changes_known = 0;
    // The id up to which its client has been sent what the topics say; none: it has nothing.
    std::optional<position> topics_known{};
};

class audience {
public:
    using milliseconds = std::chrono::milliseconds;

    // All but the limits outlive this. `emptied` is called when the last subscriber has left.
    // `changes` of candles may be null: there are none; and so may `topics`.
    audience(
        const tape::tapes& from, const source_table& sources, const clock& time,
        const lane_limits& limits, std::function<void()> emptied,
        const series::change_log* changes = nullptr, const topic_board* topics = nullptr);

    // The time of the last look at the clock, which serves many subscribers.
    void look_at_clock();
    // Reads the clock, then looks for news on the tapes.
    void look_at_tapes();
    const lane_moment& now() const noexcept { return moment_; }

    // Sets its socket up for a stream, and appends to the head what every stream begins with.
    void prepare(subscription& wanted);
    // Adds a subscriber, which is sent nothing yet.
    subscriber_id add(subscription wanted);
    // Sends a subscriber that was just added what it lacks.
    void begin(subscriber_id id);
    // Sends a subscriber of a group that has news what it lacks; called by the sweep.
    sweep_queue::visited visit(subscriber_id id);
    // To be called when the socket of a subscriber takes bytes again.
    void go_on(subscriber_id id);
    // Sends a frame that is not a tick, such as a heartbeat. Returns whether any bytes were sent.
    bool send(subscriber_id id, std::string_view frame);
    // Sends the last block and the end of the response. The subscriber is removed when the peer has
    // read them, or has taken too long.
    void end(subscriber_id id, std::string_view last_block);
    // Ends a stream with the request to connect again elsewhere.
    void send_away(subscriber_id id);
    void remove(subscriber_id id);
    void remove_all();
    // Removes it, and drops what the kernel still holds for its peer.
    void reset(subscriber_id id);

    // Tells of symbols whose newest price has become too old.
    void note_staleness();

    // Tells of what has changed of the topics.
    void note_topics();

    // Tells of candles that have closed although no tick came for their symbols.
    void note_closings();

    // Appends to the beginning what was changed since it was made.
    void add_changes(subscription& wanted) const;
    // Takes the changes of candles that came since the last call; returns whether there are any.
    bool take_changes();
    // Tells a subscriber of the changes that were taken, where they are about its candles. One that
    // takes no bytes is sent away: it is told when it comes back. Returns whether it was told.
    bool tell_changes(subscriber_id id);

    // Whether there is room for one more stream of candles.
    bool has_room_for(const subscription& wanted) const noexcept;

    // A wait that is told to one client, so that not all come back at the same time.
    milliseconds jittered_retry();
    milliseconds jittered_busy();

    std::size_t size() const noexcept { return table_.size(); }
    // All ids are below this; some of those may be free.
    subscriber_id id_end() const noexcept { return table_.end(); }
    bool has(subscriber_id id) const noexcept { return table_.is_used(id); }
    subscriber& of(subscriber_id id) noexcept { return table_[id]; }
    const stream_terms& terms_of(subscriber_id id) noexcept
    {
        return table_.group(table_[id].group).terms;
    }

    const commit_horizon& seen() const noexcept { return seen_; }
    const tape::tapes& ticks() const noexcept { return tapes_; }
    const source_table& sources() const noexcept { return sources_; }
    const stream_planner& planner() const noexcept { return planner_; }
    stream_planner& planner() noexcept { return planner_; }
    sweep_queue& queue() noexcept { return queue_; }
    const lane_limits& limits() const noexcept { return limits_; }
    lane_counters& counters() noexcept { return counters_; }
    const lane_counters& counters() const noexcept { return counters_; }

private:
    std::string changes_for(const stream_terms& terms, const series::change_log::news& of) const;
    void enter_era();
    void add_all();
    void take_news(symbol_id symbol, std::optional<position> newest);
    void add_interested(symbol_id symbol);
    void add_followers();
    // Acts on the result of a delivery. May remove the subscriber.
    void settle(subscriber_id id, delivery::outcome sent);

    const tape::tapes& tapes_;
    const source_table& sources_;
    const clock& clock_;
    const lane_limits limits_;
    const std::function<void()> emptied_;
    const series::change_log* const changes_;
    series::change_log::news taken_changes_;
    notice_board board_;
    const topic_board* const topic_board_;
    topic_ledger topics_;
    commit_horizon seen_;
    position holes_seen_until_;
    stream_planner planner_;
    subscriber_table table_;
    sweep_queue queue_{table_};
    lane_counters counters_;
    delivery delivery_{planner_, seen_, limits_, counters_};
    lane_moment moment_;
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace tickertape::hub
