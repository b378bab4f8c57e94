#include "http/responder.hpp"

#include "core/jitter.hpp"
#include "http/problem.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <algorithm>
#include <exception>

namespace tickertape::http {

namespace asio = boost::asio;

namespace {

// Counts one request while it waits.
class counted_wait {
public:
    explicit counted_wait(tally& of) noexcept : of_{of} { of_.add(); }
    counted_wait(const counted_wait&) = delete;
    counted_wait& operator=(const counted_wait&) = delete;
    ~counted_wait() { of_.subtract(); }

private:
    tally& of_;
};

}  // namespace

exchange::exchange(session_lane& lane)
    : reader{{.head_bytes = lane.limits.header_bytes, .body_bytes = lane.limits.body_bytes}},
      body{lane.body_bytes}, share{lane.answer_bytes}
{
}

responder::responder(
    session_lane& lane, client_admission& client,
    std::function<asio::awaitable<void>()> client_leaves)
    : lane_{lane}, client_{client}, client_leaves_{std::move(client_leaves)}, wait_{lane.context}
{
}

void responder::stop_waiting()
{
    wait_.stop_within(lane_.limits.wait_at_stop);
}

std::chrono::milliseconds responder::busy_pause()
{
    return jittered(lane_.limits.busy, lane_.random());
}

asio::awaitable<std::optional<answer>> responder::answer_to(exchange& x)
{
    std::optional<answer> made;
    if (auto refused = turn_away(x)) {
        x.is_refused = x.is_last = true;
        x.match.name = "none";
        made = *std::move(refused);
        co_return made;
    }
    made = co_await handled(x);
    if (!made)
        co_return made;
    const auto* r = std::get_if<response>(&*made);
    if (r != nullptr && !x.is_refused && !has_room_for(*r, x)) {
        x.is_refused = x.is_last = true;
        lane_.refused.add(refusal::max_answers);
        made = turned_away(refusal::max_answers, busy_pause());
    }
    co_return made;
}

void responder::judge(exchange& x, steady_time began)
{
    const auto& asked = x.reader.asked();
    const auto* at = x.match.at;
    x.judged = client_.judge(
        asked.all_headers("X-Forwarded-For"),
        {.for_operators = at != nullptr && at->access == route_access::operators,
         .is_counted = at == nullptr || at->is_rate_limited},
        began);
}

bool responder::keep_body(exchange& x)
{
    auto& r = x.reader;
    const bool is_wanted = !x.judged.refused && !x.match.answer && x.match.at->reads_body;
    if (!is_wanted || !r.has_body())
        return false;
    const auto most = lane_.limits.held_body_bytes;
    // A body that would not fit now is not begun. But nothing is set aside for one that is only
    // announced: clients that announce bodies and send none would fill the lane.
    if (!x.body.has_room_for(r.body_bytes_announced(), most)) {
        x.has_no_room_for_body = true;
        return false;
    }
    r.keep_body([&x, most](std::size_t bytes) {
        x.has_no_room_for_body = !x.body.resize(bytes, most);
        if (x.has_no_room_for_body)
            x.body.resize(0, most);
        return !x.has_no_room_for_body;
    });
    return true;
}

// The refusal, if admission refuses the request or there was no room for its body.
std::optional<response> responder::turn_away(exchange& x)
{
    if (x.judged.refused == refusal::rate)
        return refused_for_now(
            x, refusal::rate, std::chrono::ceil<std::chrono::milliseconds>(x.judged.wait));
    if (x.judged.refused)
        return refused_for_now(x, *x.judged.refused);
    if (x.has_no_room_for_body)
        return refused_for_now(x, refusal::max_bodies);
    return std::nullopt;
}

// `wait`: when to come back; none: after the usual pause.
response responder::refused_for_now(
    const exchange& x, refusal why, std::optional<std::chrono::milliseconds> wait)
{
    lane_.refused.add(why);
    const auto pause = busy_pause();
    if (x.match.at != nullptr && x.match.at->busy)
        if (auto told = x.match.at->busy(x.reader.asked(), pause))
            return *std::move(told);
    return turned_away(why, wait.value_or(pause));
}

// No answer: the client has left.
asio::awaitable<std::optional<answer>> responder::handled(exchange& x)
{
    if (x.match.answer)
        co_return *std::move(x.match.answer);
    const auto& handle = x.match.at->handle;
    if (const auto* waits = std::get_if<waiting_handler>(&handle))
        co_return co_await wait_for(*waits, x);
    try {
        co_return std::get<handler>(handle)(x.reader.asked());
    } catch (const std::exception& e) {
        co_return failed(x, e.what());
    }
}

// Nothing a handler does is meant to throw but for want of memory.
answer responder::failed(exchange& x, std::string_view cause)
{
    lane_.of.log.error("a route failed", {{"target", x.reader.asked().target}, {"cause", cause}});
    x.is_last = true;
    x.match.name = "none";
    if (x.match.at->busy)
        if (auto told = x.match.at->busy(x.reader.asked(), busy_pause()))
            return *std::move(told);
    return to_response(
        {.status = 500, .type = "failed", .detail = "the server could not answer this"});
}

asio::awaitable<std::optional<answer>> responder::wait_for(const waiting_handler& h, exchange& x)
{
    const auto& limits = lane_.limits;
    if (lane_.waiting.value() >= limits.requests_waiting) {
        x.is_refused = true;
        co_return refused_for_now(x, refusal::max_waiting);
    }
    const counted_wait counts{lane_.waiting};
    auto limit = x.match.at->wait_max;
    if (limit.count() == 0)
        limit = limits.wait;
    if (lane_.closing)
        limit = std::min(limit, limits.wait_at_stop);
    auto leaving = client_leaves_();
    auto ended = co_await wait_.run(h, x.reader.asked(), std::move(leaving), limit);
    if (ended.how == handler_wait::end::late && lane_.closing)
        ended.how = handler_wait::end::stopped;
    lane_.of.figures
        .counter(
            "tickertape_handler_waits_total",
            "Requests that waited for their handler, by how the wait ended.",
            {{"end", std::string{to_string(ended.how)}}})
        .Increment();
    using end = handler_wait::end;
    switch (ended.how) {
    case end::answered:
        break;
    case end::failed:
        co_return failed(x, ended.cause);
    case end::late:
        x.is_refused = true;
        co_return refused_for_now(x, refusal::slow_handler);
    case end::stopped:
        x.is_refused = x.is_last = true;
        co_return refused_for_now(x, refusal::draining, std::chrono::seconds{1});
    case end::left:
        co_return std::nullopt;
    }
    co_return std::move(ended.what);
}

// Its capacity counts, used or not. Files that are compiled in cost nothing more.
bool responder::has_room_for(const response& r, exchange& x) const
{
    const auto& limits = lane_.limits;
    const auto bytes = r.body.capacity();
    const bool for_operators =
        x.match.at != nullptr && x.match.at->access == route_access::operators;
    return bytes <= limits.small_answer_bytes ||
           x.share.resize(bytes, for_operators ? 2 * limits.answer_bytes : limits.answer_bytes);
}

}  // namespace tickertape::http
