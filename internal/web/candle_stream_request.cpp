#include "web/candle_stream_request.hpp"

#include "web/history_answers.hpp"
#include "web/parameters.hpp"
#include "web/stream_request.hpp"

#include <array>
#include <string>

namespace tickertape::web {
namespace {

// The header wins over the parameter, as on the stream of ticks. Empty: there is neither.
std::string_view last_id_of(const http::request& r)
{
    if (const auto id = r.header("Last-Event-ID"); !id.empty())
        return id;
    return r.url.parameter("last_event_id").value_or(std::string_view{});
}

// An id that this server cannot have given means nothing here: the client begins anew, and is told.
void begin_after(
    candle_stream_request& wanted, std::string_view id, const tape::tapes& from, wall_time now,
    std::chrono::milliseconds ids_ahead)
{
    const auto p = position::parse(id);
    if (p && known_id(*p, from, now, ids_ahead)) {
        wanted.from = *p;
        return;
    }
    wanted.from = candles::newest_candles{};
    wanted.is_unknown = true;
}

}  // namespace

std::variant<candle_stream_request, http::problem> read_candle_stream_request(
    const http::request& r, const tape::tapes& from, std::chrono::milliseconds ids_ahead)
{
    static constexpr std::array<std::string_view, 5> known_names{
        "symbols", "symbol", "interval", "since", "last_event_id"};
    if (auto wrong = wrong_parameters(r.url, known_names))
        return *std::move(wrong);
    candle_stream_request wanted;
    auto symbols = read_symbols(r.url, from.symbols());
    if (auto* bad = std::get_if<http::problem>(&symbols))
        return std::move(*bad);
    wanted.symbols = std::move(std::get<0>(symbols));
    std::ranges::sort(wanted.symbols);
    if (wanted.symbols.size() > candle_stream_symbols_max)
        return http::bad_parameter(
            r.url.parameter("symbols") ? "symbols" : "symbol",
            std::to_string(wanted.symbols.size()) +
                " symbols are too many for one stream of candles",
            "1 to " + std::to_string(candle_stream_symbols_max) +
                " symbols; open another stream for more");
    auto of = read_interval(r.url);
    if (auto* bad = std::get_if<http::problem>(&of))
        return std::move(*bad);
    wanted.of = std::get<series::interval>(of);
    // Read before what belongs to it: if a new era begins in between, the lane sees that they do
    // not match.
    wanted.era = from.era();
    if (const auto id = last_id_of(r); !id.empty()) {
        begin_after(wanted, id, from, r.now, ids_ahead);
    } else {
        auto since = read_time(r.url, "since", range_end::begin, from, r.now);
        if (auto* bad = std::get_if<http::problem>(&since))
            return std::move(*bad);
        if (const auto time = std::get<0>(since))
            wanted.from = *time;
    }
    wanted.latest = std::max(from.believed(r.now), from.committed().time());
    return wanted;
}

}  // namespace tickertape::web
