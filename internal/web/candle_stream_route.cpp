// GET /prices/candles/stream: candles as they form and close.
//
// The handler asks the history of each symbol what has closed, and puts that together as the
// beginning of the stream. The lane goes on from there with the ticks on the tapes.
#include "web/busy_stream.hpp"
#include "web/candle_stream_request.hpp"
#include "web/history_answers.hpp"
#include "web/problems.hpp"
#include "web/site.hpp"

#include "candles/candle_text.hpp"
#include "candles/held_candles.hpp"
#include "candles/snapshot.hpp"
#include "core/jitter.hpp"
#include "sse/event.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

namespace tickertape::web {
namespace {

using answers = std::vector<series::candle_answer>;

// The hub takes a connection by a function that may be copied.
struct granted {
    candle_stream_request wanted;
    candles::snapshot begins;
    std::uint64_t changes_known = 0;
};

http::answer come_back(const http::request& r, boost::system::error_code why)
{
    const auto pause = jittered(
        std::chrono::milliseconds{retry_after_usual},
        static_cast<std::uint64_t>(r.boot_now.time_since_epoch().count()) * 2'654'435'761U);
    if (auto told = busy_stream(r, pause))
        return *std::move(told);
    return refusal_of(why);
}

// The last position before what the stream begins with.
position before_the_beginning(const candles::snapshot& begins)
{
    for (const auto& event : begins.events)
        if (const auto* c = std::get_if<candles::candle_event>(&event))
            return position::at(c->what.value.opens).previous();
    return begins.at;
}

std::string beginning_of(const site& s, const granted& g, sse::framing how)
{
    std::string all;
    std::string block;
    const auto end_block = [&] {
        sse::append_framed(all, how, block);
        block.clear();
    };
    if (g.wanted.is_unknown) {
        sse::append_gap(
            block,
            {position{}, before_the_beginning(g.begins), sse::gap_reason::restarted, {}, false});
        end_block();
    }
    std::string text;
    for (const auto& event : g.begins.events) {
        if (const auto* c = std::get_if<candles::candle_event>(&event)) {
            text.clear();
            candles::append_event_data(
                text, s.prices.symbols().name(c->symbol), g.wanted.of, c->what);
            sse::append_event(block, c->id, "closed", text);
        } else {
            const auto& gap = std::get<candles::candle_gap>(event);
            const std::array<std::string_view, 1> name{s.prices.symbols().name(gap.symbol)};
            const auto why = gap.is_changed                       ? sse::gap_reason::changed
                             : gap.missing.to <= s.prices.epoch() ? sse::gap_reason::restarted
                                                                  : sse::gap_reason::evicted;
            sse::append_gap(block, {gap.missing.from, gap.missing.to, why, name, false});
        }
        end_block();
    }
    return all;
}

void subscribe(const site& to, granted g, http::taken_connection connection)
{
    auto [descriptor, writer] = connection.socket.release();
    const auto how =
        connection.how == http::body_end::last_chunk ? sse::framing::chunked : sse::framing::raw;
    auto beginning = beginning_of(to, g, how);
    to.subscribe(
        connection.lane, {.socket = hub::stream_socket{descriptor, std::move(writer)},
                          .terms =
                              {.symbols = std::move(g.wanted.symbols),
                               .how = how,
                               .newest_only = true,
                               .interval = hub::candle_limits{}.interval,
                               .candles = g.wanted.of},
                          .cursor = hub::stream_cursor::after(g.begins.at),
                          .era = g.wanted.era,
                          .head = std::move(connection.head),
                          .held = std::move(connection.permit),
                          .beginning = std::move(beginning),
                          .starts = std::move(g.begins.starts),
                          .changes_known = g.changes_known});
}

boost::asio::awaitable<result<answers>>
find_candles(const site& s, const candle_stream_request& wanted)
{
    answers found;
    for (const auto symbol : wanted.symbols) {
        const auto query = candles::query_for(
            symbol, wanted.of, wanted.from, wanted.candles_of_each(), wanted.latest);
        if (s.history == nullptr) {
            found.push_back(candles::held_candles(s.prices, query));
            continue;
        }
        auto one = co_await ask(*s.history, query);
        if (!one)
            co_return one.error();
        // The archive is behind, as it may be after a start, and will have them soon.
        if (!candles::goes_on_from(*one, wanted.of, symbol, s.prices))
            co_return boost::system::errc::make_error_code(
                boost::system::errc::device_or_resource_busy);
        found.push_back(std::move(*one));
    }
    co_return found;
}

boost::asio::awaitable<http::answer> stream(const site& s, const http::request& r)
{
    auto read = read_candle_stream_request(r, s.prices, s.ids_ahead);
    if (const auto* bad = std::get_if<http::problem>(&read))
        co_return http::to_response(*bad);
    const auto g = std::make_shared<granted>();
    g->wanted = std::get<candle_stream_request>(std::move(read));
    auto found = co_await find_candles(s, g->wanted);
    if (!found)
        co_return come_back(r, found.error());
    g->changes_known = found->front().revision;
    for (const auto& one : *found)
        g->changes_known = std::min(g->changes_known, one.revision);
    g->begins = candles::snapshot_of(
        g->wanted.symbols, s.prices.symbols(), g->wanted.of, g->wanted.from, std::move(*found));
    http::takeover taken;
    taken.head.content_type = "text/event-stream";
    taken.head.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
    taken.to = [&s, g](http::taken_connection connection) {
        subscribe(s, std::move(*g), std::move(connection));
    };
    co_return taken;
}

}  // namespace

void add_candle_stream_route(http::router& to, const site& of)
{
    to.add(http::route{
        .pattern = "/prices/candles/stream",
        .handle =
            http::waiting_handler{
                [of](const http::request& r) -> boost::asio::awaitable<http::answer> {
                    return stream(of, r);
                }},
        .about = "the stream of candles (Server-Sent Events): symbols, interval, since, "
                 "last_event_id",
        .busy = busy_stream});
}

}  // namespace tickertape::web
