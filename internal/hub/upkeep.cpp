#include "hub/upkeep.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace tickertape::hub {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

// Heartbeats are at most this much late; a tenth of a short interval, a second of a long one.
milliseconds beat_interval(milliseconds heartbeat) noexcept
{
    return std::clamp(heartbeat / 10, milliseconds{10}, milliseconds{1'000});
}

}  // namespace

upkeep::upkeep(asio::io_context& context, audience& of, sweeper& sweeps)
    : context_{context}, audience_{of}, sweeper_{sweeps}, timer_{context}, watermarks_{
                                                                               of.limits().lag}
{
}

void upkeep::start()
{
    timer_.expires_after(beat_interval(audience_.limits().heartbeat));
    timer_.async_wait([this](boost::system::error_code stopped) {
        if (stopped)
            return;
        look_after();
        start();
    });
}

void upkeep::stop()
{
    timer_.cancel();
}

void upkeep::look_after()
{
    audience_.look_at_tapes();
    if (era_ != audience_.seen().era()) {
        era_ = audience_.seen().era();
        watermarks_.clear();
    }
    watermarks_.note(audience_.seen().until(), audience_.now().steady);
    audience_.note_staleness();
    audience_.note_closings();
    audience_.note_topics();
    sweeper_.go_on();
    if (!is_telling_ && audience_.take_changes())
        tell_changes_from(0);
    if (is_passing_)
        return;
    make_heartbeats();
    look_after_from(0);
}

// Tells all subscribers of candles that were changed, a slice of them at a time.
void upkeep::tell_changes_from(subscriber_id first)
{
    is_telling_ = false;
    auto budget = audience_.limits().slice_subscribers;
    for (subscriber_id id = first; id < audience_.id_end(); ++id) {
        if (budget == 0) {
            is_telling_ = true;
            asio::post(context_, [this, id] {
                audience_.look_at_clock();
                tell_changes_from(id);
            });
            return;
        }
        if (audience_.has(id) && audience_.tell_changes(id))
            --budget;
    }
}

void upkeep::make_heartbeats()
{
    std::string block;
    sse::append_heartbeat(block, audience_.ticks().believed(audience_.now().wall));
    for (const auto how : {sse::framing::chunked, sse::framing::raw}) {
        auto& frame = heartbeats_[static_cast<std::size_t>(how)];
        frame.clear();
        sse::append_framed(frame, how, block);
    }
}

// Looks at all subscribers from that one on, and lets others have their turn after a slice.
void upkeep::look_after_from(subscriber_id first)
{
    is_passing_ = false;
    const auto& limits = audience_.limits();
    auto budget = limits.slice_subscribers;
    for (subscriber_id id = first; id < audience_.id_end(); ++id) {
        if (!audience_.has(id))
            continue;
        const auto what = care_for(audience_.of(id), audience_.now().now(), limits);
        if (what == care::nothing)
            continue;
        if (budget-- == 0) {
            is_passing_ = true;
            asio::post(context_, [this, id] {
                audience_.look_at_clock();
                look_after_from(id);
            });
            break;
        }
        give(id, what);
    }
    sweeper_.go_on();
}

void upkeep::give(subscriber_id id, care what)
{
    auto& counters = audience_.counters();
    switch (what) {
    case care::nothing:
        break;
    case care::heartbeat: {
        const auto how = audience_.terms_of(id).how;
        if (audience_.send(id, heartbeats_[static_cast<std::size_t>(how)]))
            counters.heartbeats.add();
        break;
    }
    case care::look_at_lag:
        look_at_lag(id);
        break;
    case care::close_stalled:
        counters.stalled.add();
        audience_.reset(id);
        break;
    case care::close_unheard:
        counters.farewells_missed.add();
        if (audience_.of(id).behind)
            audience_.reset(id);
        else
            audience_.remove(id);
        break;
    case care::send_away_as_old:
        counters.aged.add();
        audience_.send_away(id);
        break;
    }
}

// A subscriber of the newest ticks only is never further behind than one tick of each symbol.
void upkeep::look_at_lag(subscriber_id id)
{
    subscriber& s = audience_.of(id);
    const auto& terms = audience_.terms_of(id);
    if (terms.newest_only && !terms.candles)
        return;
    auto& planner = audience_.planner();
    const auto oldest = terms.candles
                            ? planner.first_unsent_candle(terms, s.cursor.at)
                            : planner.first_unsent(terms.symbols, s.cursor.at, audience_.seen());
    // Watermarks of an era that is over mean nothing in this one.
    const bool is_known = oldest && era_ == audience_.seen().era();
    const lag_reading reading{
        .behind = is_known ? watermarks_.age(*oldest, audience_.now().steady) : milliseconds{0},
        .published = terms.candles ? 0 : planner.published(terms.symbols)};
    const auto verdict = judge_lag(s, reading, audience_.limits());
    measure_pace(s, reading, audience_.now().now());
    switch (verdict) {
    case lag_verdict::fine:
        break;
    case lag_verdict::conflate:
        audience_.counters().lag_conflated.add();
        s.cursor.pass_to(
            terms.candles ? audience_.seen().until()
                          : planner.end_of_pass(s.cursor.at, audience_.seen().until()),
            stream_cursor::telling::gap);
        break;
    case lag_verdict::close:
        audience_.counters().lag_closed.add();
        close_lagging(id);
        break;
    }
}

// Its last event is a gap without an id, because what it lacks is still held: it can resume.
void upkeep::close_lagging(subscriber_id id)
{
    const auto& symbols = audience_.terms_of(id).symbols;
    std::vector<std::string_view> names;
    if (symbols.size() <= audience_.limits().farewell_symbols)
        for (const auto symbol : symbols)
            names.push_back(audience_.ticks().symbols().name(symbol));
    std::string block;
    sse::append_gap(
        block, {audience_.of(id).cursor.at, audience_.seen().until(), sse::gap_reason::lapped,
                names, false});
    audience_.end(id, block);
}

}  // namespace tickertape::hub
