// Any first line as the target of a stream and any second as its Last-Event-ID: what is granted is
// within bounds, and what is not is refused in words of bounded length. The same for a stream of
// candles, with what it begins with.
#include "candles/held_candles.hpp"
#include "support/dated_tapes.hpp"
#include "support/http_request.hpp"
#include "web/candle_stream_request.hpp"
#include "web/stream_request.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

struct fuzzed_tapes {
    fuzzed_tapes()
    {
        for (const auto id : symbols.all())
            prices.publish(
                {id, price::from(69420.25).value(), source_id{}},
                started + std::chrono::seconds{1});
    }

    const wall_time started{std::chrono::milliseconds{1712525470000}};
    const wall_time now = started + std::chrono::seconds{30};
    const symbol_table symbols =
        symbol_table::from(std::vector<std::string>{"BTC-USD", "ETH-USD", "SOL-USD"}).value();
    testing::dated_tapes prices{symbols, 4, started};
};

void check(const stream_grant& grant, const fuzzed_tapes& of)
{
    require(!grant.terms.symbols.empty() && grant.terms.symbols.size() <= of.symbols.size());
    auto distinct = grant.terms.symbols;
    std::ranges::sort(distinct);
    require(std::ranges::adjacent_find(distinct) == distinct.end());
    // Further ahead than a clock's error, a stream would wait in silence.
    require(grant.cursor.at < position::at(of.now + since_ahead_max));
    require(
        grant.cursor.newest_only_until == position{} ||
        grant.cursor == hub::stream_cursor::newest(of.prices.committed()));
    require(!grant.cursor.live && grant.cursor.notices == 0);
}

void check(const candle_stream_request& wanted, const fuzzed_tapes& of)
{
    require(!wanted.symbols.empty() && wanted.symbols.size() <= candle_stream_symbols_max);
    require(std::ranges::is_sorted(wanted.symbols));
    require(std::ranges::adjacent_find(wanted.symbols) == wanted.symbols.end());
    std::vector<series::candle_answer> found;
    for (const auto symbol : wanted.symbols)
        found.push_back(candles::held_candles(
            of.prices,
            candles::query_for(
                symbol, wanted.of, wanted.from, wanted.candles_of_each(), wanted.latest)));
    auto begins =
        candles::snapshot_of(wanted.symbols, of.symbols, wanted.of, wanted.from, std::move(found));
    require(begins.at < position::at(of.now + since_ahead_max));
    require(begins.starts.size() == wanted.symbols.size());
    candles::live_candles live{of.prices};
    live.join(wanted.symbols, wanted.of, std::move(begins.starts), wanted.era);
    std::vector<candles::candle_event> events;
    require(live.events_after(wanted.symbols, wanted.of, begins.at, events));
    require(std::ranges::is_sorted(events, {}, &candles::candle_event::id));
    require(events.empty() || events.front().id > begins.at);
}

void check(const problem& told)
{
    require(told.status == 400 || told.status == 404);
    require(!told.parameter.empty() && !told.accepted.empty());
    require(told.detail.size() < 200);
    const auto body = boost::json::parse(to_response(told).body).as_object();
    require(body.at("parameter").as_string() == told.parameter);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    static const fuzzed_tapes held;
    const std::string_view text{reinterpret_cast<const char*>(bytes), size};
    const auto line_end = text.find('\n');
    auto r = testing::request_for(text.substr(0, line_end));
    if (line_end != std::string_view::npos)
        testing::set_header(r, "Last-Event-ID", text.substr(line_end + 1));
    r.now = held.now;
    if (!r.has_valid_target)
        return 0;
    const auto wanted = read_stream_request(r, held.prices);
    if (const auto* refused = std::get_if<problem>(&wanted))
        check(*refused);
    else
        check(std::get<stream_grant>(wanted), held);
    const auto of_candles = read_candle_stream_request(r, held.prices);
    if (const auto* refused = std::get_if<problem>(&of_candles))
        check(*refused);
    else
        check(std::get<candle_stream_request>(of_candles), held);
    return 0;
}
