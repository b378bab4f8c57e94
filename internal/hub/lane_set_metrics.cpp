#include "hub/lane_set.hpp"

#include "telemetry/metrics.hpp"

namespace tickertape::hub {
namespace {

using kind = telemetry::metrics::kind;

// One row per lane, so that an operator sees a share that is uneven.
template <class Pick>
void per_lane(
    const lane_set& of, telemetry::metrics& to, kind k, const std::string& name,
    const std::string& help, telemetry::metrics::labels with, Pick pick)
{
    for (std::size_t i = 0; i < of.lanes().size(); ++i) {
        const auto* counters = &of.lanes()[i]->counters();
        with["lane"] = std::to_string(i);
        to.sampled(k, name, help, with, [counters, pick] {
            return static_cast<double>(pick(*counters).value());
        });
    }
}

}  // namespace

void publish_metrics(const lane_set& of, telemetry::metrics& to)
{
    using c = lane_counters;
    per_lane(
        of, to, kind::gauge, "tickertape_subscribers", "Open streams.", {},
        [](const c& l) -> const tally& { return l.subscribers; });
    per_lane(
        of, to, kind::gauge, "tickertape_subscribers_behind",
        "Subscribers that wait for their socket to become writable.", {},
        [](const c& l) -> const tally& { return l.behind; });
    per_lane(
        of, to, kind::gauge, "tickertape_unsent_bytes",
        "Memory held for what subscribers have not taken: the rest of one frame or record each.",
        {}, [](const c& l) -> const tally& { return l.unsent_bytes; });
    for (std::size_t i = 0; i < of.lanes().size(); ++i)
        to.sampled(
            kind::gauge, "tickertape_frame_cache_bytes",
            "Memory of encoded frames that are kept for the next subscriber who needs them.",
            {{"lane", std::to_string(i)}},
            [one = of.lanes()[i].get()] { return static_cast<double>(one->frame_cache_bytes()); });
    per_lane(
        of, to, kind::counter, "tickertape_subscriptions_total", "Streams that were opened.", {},
        [](const c& l) -> const tally& { return l.subscribed; });
    per_lane(
        of, to, kind::counter, "tickertape_subscriptions_refused_total",
        "Streams given up because the kernel would not watch their socket.", {},
        [](const c& l) -> const tally& { return l.refused; });
    per_lane(
        of, to, kind::counter, "tickertape_deliveries_total",
        "Ticks delivered: one tick to one subscriber.", {},
        [](const c& l) -> const tally& { return l.ticks; });
    per_lane(
        of, to, kind::counter, "tickertape_stream_bytes_total",
        "Bytes of streams handed to the kernel.", {},
        [](const c& l) -> const tally& { return l.bytes; });
    per_lane(
        of, to, kind::counter, "tickertape_stream_writes_total", "Writes to streams.", {},
        [](const c& l) -> const tally& { return l.writes; });
    per_lane(
        of, to, kind::counter, "tickertape_turns_cut_total",
        "How often a subscriber had more to be sent than its turn allows.", {},
        [](const c& l) -> const tally& { return l.turns_cut; });
    per_lane(
        of, to, kind::counter, "tickertape_behind_total",
        "How often a subscriber could not take what it was sent at once.", {},
        [](const c& l) -> const tally& { return l.fell_behind; });
    per_lane(
        of, to, kind::counter, "tickertape_stalled_total",
        "Subscribers closed because they took nothing of what waited for them.", {},
        [](const c& l) -> const tally& { return l.stalled; });
    per_lane(
        of, to, kind::counter, "tickertape_skipped_total",
        "Ticks passed over for newer ones, for subscribers that asked for less than all.", {},
        [](const c& l) -> const tally& { return l.skipped; });
    per_lane(
        of, to, kind::counter, "tickertape_lagging_total",
        "Subscribers that were further behind than MAX_LAG.", {{"action", "closed"}},
        [](const c& l) -> const tally& { return l.lag_closed; });
    per_lane(
        of, to, kind::counter, "tickertape_lagging_total",
        "Subscribers that were further behind than MAX_LAG.", {{"action", "conflated"}},
        [](const c& l) -> const tally& { return l.lag_conflated; });
    per_lane(
        of, to, kind::counter, "tickertape_vanished_total",
        "Subscribers whose peer acknowledged nothing for too long.", {},
        [](const c& l) -> const tally& { return l.timed_out; });
    per_lane(
        of, to, kind::counter, "tickertape_aged_total",
        "Subscribers sent away because their stream was as old as MAX_STREAM_AGE allows.", {},
        [](const c& l) -> const tally& { return l.aged; });
    per_lane(
        of, to, kind::counter, "tickertape_farewells_missed_total",
        "Subscribers closed because they did not take their last words, or stayed after them.", {},
        [](const c& l) -> const tally& { return l.farewells_missed; });
    per_lane(
        of, to, kind::counter, "tickertape_heartbeats_total", "Heartbeats sent.", {},
        [](const c& l) -> const tally& { return l.heartbeats; });
    per_lane(
        of, to, kind::counter, "tickertape_lane_wakes_total",
        "How often a lane was woken for new ticks.", {},
        [](const c& l) -> const tally& { return l.wakes; });
    per_lane(
        of, to, kind::gauge, "tickertape_candle_streams", "Open streams of candles.", {},
        [](const c& l) -> const tally& { return l.candle_streams; });
    per_lane(
        of, to, kind::counter, "tickertape_candle_streams_refused_total",
        "Streams of candles that were told to come back because there was no room.", {},
        [](const c& l) -> const tally& { return l.candle_streams_refused; });
    per_lane(
        of, to, kind::counter, "tickertape_candle_streams_returned_total",
        "Streams of candles that were sent away to ask for candles the lane does not hold.", {},
        [](const c& l) -> const tally& { return l.candle_streams_returned; });
    per_lane(
        of, to, kind::counter, "tickertape_candle_deliveries_total",
        "Candles delivered: one candle to one subscriber.", {{"state", "forming"}},
        [](const c& l) -> const tally& { return l.candles; });
    per_lane(
        of, to, kind::counter, "tickertape_candle_deliveries_total",
        "Candles delivered: one candle to one subscriber.", {{"state", "closed"}},
        [](const c& l) -> const tally& { return l.candles_closed; });
    per_lane(
        of, to, kind::gauge, "tickertape_past_replays", "Streams that are sent older ticks first.",
        {}, [](const c& l) -> const tally& { return l.past_replaying; });
    per_lane(
        of, to, kind::counter, "tickertape_past_ticks_total",
        "Ticks delivered from the past, among all deliveries.", {},
        [](const c& l) -> const tally& { return l.past_ticks; });
    per_lane(
        of, to, kind::gauge, "tickertape_topic_streams", "Open streams that follow topics.", {},
        [](const c& l) -> const tally& { return l.topic_streams; });
    per_lane(
        of, to, kind::counter, "tickertape_topic_deliveries_total",
        "Events of topics delivered: one event to one subscriber.", {},
        [](const c& l) -> const tally& { return l.topic_events; });
    for (std::size_t i = 0; i < past_outcomes; ++i)
        per_lane(
            of, to, kind::counter, "tickertape_past_replays_total",
            "Streams whose replay of the past ended, by why it did.",
            {{"outcome", std::string{to_string(static_cast<past_outcome>(i))}}},
            [i](const c& l) -> const tally& { return l.past_replays[i]; });
    for (const auto reason :
         {sse::gap_reason::evicted, sse::gap_reason::restarted, sse::gap_reason::lapped,
          sse::gap_reason::changed, sse::gap_reason::damaged, sse::gap_reason::missing})
        per_lane(
            of, to, kind::counter, "tickertape_gaps_total",
            "Gaps told to subscribers: ticks that could not be sent.",
            {{"reason", std::string{sse::to_string(reason)}}},
            [reason](const c& l) -> const tally& {
                return l.gaps[static_cast<std::size_t>(reason)];
            });
}

}  // namespace tickertape::hub
