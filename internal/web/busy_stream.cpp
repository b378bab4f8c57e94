#include "web/busy_stream.hpp"

#include "core/text.hpp"
#include "sse/event.hpp"

namespace tickertape::web {

std::optional<http::response> busy_stream(const http::request& r, std::chrono::milliseconds wait)
{
    if (!accepts_event_stream(r.header("Accept")))
        return std::nullopt;
    http::response out;
    out.content_type = "text/event-stream";
    sse::append_busy(out.body, wait);
    out.headers.emplace_back("Cache-Control", "no-store");
    return out;
}

bool accepts_event_stream(std::string_view accept)
{
    for (const auto range : list_items(accept))
        if (lower_case(trimmed(range.substr(0, range.find(';')))) == "text/event-stream")
            return true;
    return false;
}

}  // namespace tickertape::web
