#include "web/wire.hpp"

#include "web/http_date.hpp"

namespace tickertape {
namespace {

void append_header(std::string& out, std::string_view name, std::string_view value)
{
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

std::string begin_head(unsigned status, const wire_options& options)
{
    std::string out;
    out.reserve(512);
    out += "HTTP/1.1 ";
    out += std::to_string(status);
    out += ' ';
    out += reason_phrase(status);
    out += "\r\n";
    append_header(out, "Date", http_date(options.now));
    append_header(out, "X-Request-Id", options.request_id);
    append_header(out, "X-Content-Type-Options", "nosniff");
    return out;
}

bool may_have_body(unsigned status) noexcept
{
    return status != 204 && status != 304;
}

}  // namespace

std::string head_of(const response& r, const wire_options& options)
{
    auto out = begin_head(r.status, options);
    if (!r.content_type.empty())
        append_header(out, "Content-Type", r.content_type);
    for (const auto& [name, value] : r.headers)
        append_header(out, name, value);
    if (may_have_body(r.status))
        append_header(out, "Content-Length", std::to_string(r.content().size()));
    append_header(out, "Connection", options.keep_alive ? "keep-alive" : "close");
    out += "\r\n";
    return out;
}

std::string stream_head(
    sse::framing how, const std::vector<std::pair<std::string_view, std::string>>& extra,
    const wire_options& options)
{
    auto out = begin_head(200, options);
    append_header(out, "Content-Type", "text/event-stream");
    append_header(out, "Cache-Control", "no-store");
    append_header(out, "X-Accel-Buffering", "no");
    for (const auto& [name, value] : extra)
        append_header(out, name, value);
    if (how == sse::framing::chunked)
        append_header(out, "Transfer-Encoding", "chunked");
    append_header(out, "Connection", how == sse::framing::chunked ? "keep-alive" : "close");
    out += "\r\n";
    return out;
}

}  // namespace tickertape
