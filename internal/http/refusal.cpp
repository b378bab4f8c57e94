#include "http/refusal.hpp"

#include "telemetry/metrics.hpp"

#include <algorithm>

namespace tickertape::http {

std::string_view to_string(refusal r) noexcept
{
    static constexpr std::array<std::string_view, refusals> words{
        "max_connections",
        "max_connections_per_ip",
        "rate",
        "reserve",
        "max_answers",
        "max_bodies",
        "max_waiting",
        "silent",
        "slow_request",
        "slow_reader",
        "slow_handler",
        "draining",
        "header_too_large",
        "body_too_large",
        "bad_request_line",
        "bad_header",
        "bad_length",
        "bad_body"};
    return words[static_cast<std::size_t>(r)];
}

refusal_counters::refusal_counters(telemetry::metrics& to)
{
    for (std::size_t i = 0; i < refusals; ++i)
        counters_[i] = &to.counter(
            "tickertape_refused_total", "Connections and requests turned away, by reason.",
            {{"reason", std::string{to_string(static_cast<refusal>(i))}}});
}

void refusal_counters::add(refusal r) const noexcept
{
    counters_[static_cast<std::size_t>(r)]->Increment();
}

response turned_away(refusal why, std::chrono::milliseconds wait)
{
    problem told{
        .status = 503, .type = "busy", .detail = "this server has no room for more connections"};
    if (why == refusal::max_answers)
        told.detail = "this server holds as many answers as it has room for";
    if (why == refusal::max_bodies)
        told.detail = "this server holds as many request bodies as it has room for";
    if (why == refusal::max_waiting)
        told.detail = "as many requests wait for their answers here as may";
    if (why == refusal::draining)
        told = {
            .status = 503,
            .type = "draining",
            .detail = "this server is shutting down; another one may answer"};
    if (why == refusal::slow_handler)
        told = {
            .status = 504, .type = "slow-answer", .detail = "the answer took longer than it may"};
    if (why == refusal::max_connections_per_ip)
        told = {
            .status = 429,
            .type = "too-many-connections",
            .detail = "your address has as many connections as one may have"};
    if (why == refusal::rate)
        told = {
            .status = 429,
            .type = "too-many-requests",
            .detail = "your address asks more often than one may"};
    auto r = to_response(told);
    // Whole seconds, and no fewer than it takes.
    const auto seconds = std::max(std::chrono::ceil<std::chrono::seconds>(wait).count(), 1l);
    r.headers.emplace_back("Retry-After", std::to_string(seconds));
    return r;
}

}  // namespace tickertape::http
