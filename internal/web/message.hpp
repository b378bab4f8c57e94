// A request and its answer as the routes see them: no sockets, no library's types.
#pragma once

#include "core/symbol.hpp"
#include "hub/stream_cursor.hpp"
#include "hub/stream_terms.hpp"
#include "tape/tapes.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tickertape {

enum class method { get, head, options, other };

// Views into the session's buffers; they live as long as the request is handled.
struct request {
    method what = method::other;
    std::string_view target;         // as sent: "/prices/stream?since=1712525476"
    std::string_view last_event_id;  // the headers that some route reads; empty where absent
    std::string_view if_none_match;
    std::string_view origin;
    std::string_view accept_encoding;
    wall_time now{};
    boot_time boot_now{};
};

struct response {
    unsigned status = 200;
    std::string_view content_type;  // static text; empty: no body
    std::string body;
    // Instead of body where it is shared and outlives the program: files compiled in.
    std::string_view shared_body;
    std::vector<std::pair<std::string_view, std::string>> headers;

    std::string_view content() const noexcept
    {
        return shared_body.empty() ? std::string_view{body} : shared_body;
    }
};

// The answer is a stream: the session ends, and its socket becomes a subscriber.
struct stream_grant {
    stream_terms terms;  // the framing is the session's to say
    stream_cursor cursor;
    tapes::era_number era = 0;  // of the place
};

using answer = std::variant<response, stream_grant>;

std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace tickertape
