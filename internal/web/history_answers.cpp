#include "web/history_answers.hpp"

#include "core/timestamp.hpp"
#include "web/asset.hpp"
#include "web/problems.hpp"
#include "web/stream_request.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <charconv>

namespace tickertape::web {
namespace {

using std::chrono::milliseconds;

bool is_span_back(const http::request_target& target, std::string_view name)
{
    const auto given = target.parameter(name);
    return given && parse_span_back(*given);
}

}  // namespace

std::variant<asked_range, http::problem>
read_range(const http::request_target& target, const tape::tapes& from, wall_time now)
{
    auto since = read_time(target, "since", range_end::begin, from, now);
    if (auto* bad = std::get_if<http::problem>(&since))
        return std::move(*bad);
    auto until = read_time(target, "until", range_end::end, from, now);
    if (auto* bad = std::get_if<http::problem>(&until))
        return std::move(*bad);
    const auto begin = std::get<0>(since);
    const auto end = std::get<0>(until);
    if (begin && end && *end < *begin)
        return http::bad_parameter(
            "until", "the range ends before it begins: until is earlier than since",
            "a time that is not earlier than since");
    const auto present = std::max(from.believed(now), from.committed().time()) + milliseconds{1};
    asked_range read{
        .from = begin.value_or(wall_time{}),
        .until = end.value_or(present),
        .has_begin = begin.has_value(),
        .has_end = end.has_value(),
        .is_absolute = !is_span_back(target, "since") && !is_span_back(target, "until")};
    read.from = std::min(read.from, read.until);
    return read;
}

std::variant<bool, http::problem>
read_flag(const http::request_target& target, std::string_view name, bool usual)
{
    const auto given = target.parameter(name);
    if (!given)
        return usual;
    if (*given != "true" && *given != "false")
        return http::bad_parameter(
            name, http::quoted(*given) + " is neither true nor false", "true, false");
    return *given == "true";
}

std::variant<series::interval, http::problem> read_interval(const http::request_target& target)
{
    const auto given = target.parameter("interval");
    if (!given)
        return series::interval::h1;
    const auto read = series::parse_interval(*given);
    if (read)
        return *read;
    std::string accepted;
    for (const auto of : series::intervals)
        accepted.append(accepted.empty() ? "" : ", ").append(series::text(of));
    return http::bad_parameter(
        "interval", http::quoted(*given) + " is not the length of a candle",
        accepted + ", or one of them in seconds");
}

std::optional<std::size_t> parse_count(std::string_view text, std::size_t most)
{
    std::size_t count = 0;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, count);
    if (read.ec != std::errc{} || read.ptr != end || count < 1 || count > most)
        return std::nullopt;
    return count;
}

// Not 503: to wait changes nothing, and a monitor would take it for an outage.
http::problem no_history(const site& s)
{
    const bool has_archive = s.archive && s.archive().state != archive_report::condition::none;
    return {
        .status = 404,
        .type = "no-archive",
        .detail = has_archive ? "this server keeps no candles: its archive has ticks alone"
                              : "this server keeps no candles: it runs with ARCHIVE=none",
    };
}

http::response refusal_of(boost::system::error_code why)
{
    if (why == boost::system::errc::device_or_resource_busy)
        return refusal_for_now(
            {.status = 503, .type = "busy", .detail = "too many questions about the past wait"});
    return http::to_response(
        {.status = 500, .type = "archive-failed", .detail = "the archive cannot be read"});
}

http::response tagged_json(std::string body, const http::request& r, bool is_lasting)
{
    body += '\n';
    return answer_with(
        std::move(body),
        {.content_type = "application/json", .digest = {}, .is_lasting = is_lasting}, r,
        plain_head_for);
}

std::string gaps_array(std::span<const series::hole> holes)
{
    json::array all;
    for (const auto& missing : holes) {
        json::object o;
        o.text("from", missing.from.text()).text("to", missing.to.text());
        all.json(std::move(o).done());
    }
    return std::move(all).done();
}

}  // namespace tickertape::web
