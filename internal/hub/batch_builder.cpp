#include "hub/batch_builder.hpp"

#include "candles/candle_text.hpp"

#include <algorithm>
#include <limits>

namespace tickertape::hub {
namespace {

frame_kind kind_of(sse::gap_reason r) noexcept
{
    return static_cast<frame_kind>(static_cast<int>(frame_kind::gap_evicted) + static_cast<int>(r));
}

std::uint32_t bounded(std::uint64_t n) noexcept
{
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(n, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void batch_builder::begin(sse::framing how)
{
    how_ = how;
    bytes_.clear();
    marks_.clear();
}

void batch_builder::append_block()
{
    sse::append_framed(bytes_, how_, block_);
    block_.clear();
}

void batch_builder::end_frame(frame_mark m)
{
    m.end = static_cast<std::uint32_t>(bytes_.size());
    marks_.push_back(m);
}

void batch_builder::add_tick(const tick& t, std::uint64_t skipped)
{
    sse::append_tick(
        block_, t.at, t.value, tapes_.symbols().name(t.symbol), sources_.name(t.source),
        {.combined = sources_.combined(t.source), .skipped = skipped});
    append_block();
    end_frame({.kind = frame_kind::tick, .skipped = bounded(skipped), .at = t.at});
}

void batch_builder::add_tick(const tape::past_tick& t)
{
    sse::append_tick(
        block_, t.at, t.value, tapes_.symbols().name(t.symbol), t.source, {.combined = t.combined});
    append_block();
    end_frame({.kind = frame_kind::tick, .at = t.at});
}

void batch_builder::add_candle(const candles::candle_event& e, series::interval of)
{
    text_.clear();
    candles::append_event_data(text_, tapes_.symbols().name(e.symbol), of, e.what);
    const bool forms = e.what.is_forming;
    sse::append_event(block_, e.id, forms ? "candle" : "closed", text_);
    append_block();
    end_frame({.kind = forms ? frame_kind::candle : frame_kind::closed, .at = e.id});
}

void batch_builder::add_gap(const sse::gap& g, position told)
{
    sse::append_gap(block_, g);
    append_block();
    end_frame({.kind = kind_of(g.reason), .at = told});
}

void batch_builder::add_notice(
    symbol_id symbol, bool stale, std::chrono::milliseconds age, notice_board::version known,
    position at)
{
    const auto& name = tapes_.symbols().name(symbol);
    if (stale)
        sse::append_stale(block_, name, age);
    else
        sse::append_fresh(block_, name, age);
    append_block();
    end_frame({.kind = frame_kind::notice, .version = known, .at = at});
}

void batch_builder::add_topic(
    const topic_state& of, std::span<const topic_ledger::part> parts, position at,
    topic_ledger::version known)
{
    text_.assign("{").append(of.head);
    text_.append(of.head.empty() ? "\"" : ",\"").append(of.list).append("\":[");
    bool is_first = true;
    for (const auto& part : parts) {
        if (part.text.empty())
            continue;
        text_.append(is_first ? "" : ",").append(part.text);
        is_first = false;
    }
    text_ += "]}";
    sse::append_event(block_, at, of.event, text_);
    append_block();
    end_frame({.kind = frame_kind::topic, .version = known, .at = at});
}

}  // namespace tickertape::hub
