#include "http/problem.hpp"

#include "json/json_text.hpp"

#include <algorithm>

namespace tickertape::http {

response to_response(const problem& p)
{
    json::object o;
    o.text("type", std::string{"urn:tickertape:problem:"} + std::string{p.type});
    o.text("title", reason_phrase(p.status));
    o.number("status", p.status);
    o.text("detail", p.detail);
    if (!p.parameter.empty()) {
        o.text("parameter", p.parameter);
        o.text("accepted", p.accepted);
    }
    response r;
    r.status = p.status;
    r.content_type = "application/problem+json";
    r.body = std::move(o).done() + "\n";
    r.headers.emplace_back("Cache-Control", "no-store");
    return r;
}

problem bad_parameter(std::string_view name, std::string detail, std::string_view accepted)
{
    return {
        .status = 400,
        .type = "bad-parameter",
        .detail = std::move(detail),
        .parameter = std::string{name},
        .accepted = std::string{accepted},
    };
}

problem not_found()
{
    return {.status = 404, .type = "not-found", .detail = "there is nothing at this path"};
}

std::string quoted(std::string_view text, std::size_t bytes_max)
{
    std::string out{"'"};
    out += text.substr(0, bytes_max);
    std::ranges::replace_if(
        out, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
    out += text.size() > bytes_max ? "...'" : "'";
    return out;
}

}  // namespace tickertape::http
