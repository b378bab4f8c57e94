#include "http/wire.hpp"

#include "http/http_date.hpp"

namespace tickertape::http {
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

std::string open_head(const response& of, body_end how, const wire_options& options)
{
    auto out = begin_head(of.status, options);
    append_header(out, "Content-Type", of.content_type);
    for (const auto& [name, value] : of.headers)
        append_header(out, name, value);
    if (how == body_end::last_chunk)
        append_header(out, "Transfer-Encoding", "chunked");
    append_header(out, "Connection", how == body_end::last_chunk ? "keep-alive" : "close");
    out += "\r\n";
    return out;
}

}  // namespace tickertape::http
