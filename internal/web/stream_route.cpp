// The stream of prices: a request that is granted makes its connection a subscriber of the hub.
#include "web/busy_stream.hpp"
#include "web/site.hpp"
#include "web/stream_request.hpp"
#include "web/topics.hpp"

namespace tickertape::web {
namespace {

void subscribe(const site& to, const stream_grant& granted, http::taken_connection connection)
{
    auto [descriptor, writer] = connection.socket.release();
    auto terms = granted.terms;
    terms.how =
        connection.how == http::body_end::last_chunk ? sse::framing::chunked : sse::framing::raw;
    to.subscribe(
        connection.lane, {.socket = hub::stream_socket{descriptor, std::move(writer)},
                          .terms = std::move(terms),
                          .cursor = granted.cursor,
                          .era = granted.era,
                          .head = std::move(connection.head),
                          .held = std::move(connection.permit),
                          .topics_known = granted.topics_known});
}

http::answer stream(const site& s, const http::request& r)
{
    auto wanted = read_stream_request(r, s.prices, s.ids_ahead, topics_offered(s));
    if (const auto* bad = std::get_if<http::problem>(&wanted))
        return http::to_response(*bad);
    http::takeover granted;
    granted.head.content_type = "text/event-stream";
    granted.head.headers = {
        {"Cache-Control", "no-store"},
        {"X-Accel-Buffering", "no"},
        // A stream that is silent for longer is dead.
        {"Heartbeat-Ms", std::to_string(s.heartbeat.count())}};
    granted.to =
        [&s, grant = std::get<stream_grant>(std::move(wanted))](http::taken_connection connection) {
            subscribe(s, grant, std::move(connection));
        };
    return granted;
}

}  // namespace

void add_stream_route(http::router& to, const site& of)
{
    to.add(http::route{
        .pattern = "/prices/stream",
        .handle = [of](const http::request& r) { return stream(of, r); },
        .about = "the stream of prices (Server-Sent Events): symbols, since, last_event_id, mode, "
                 "max_rate, topics",
        .busy = busy_stream});
}

}  // namespace tickertape::web
