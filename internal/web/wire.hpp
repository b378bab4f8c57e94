// Answers as bytes of HTTP/1.1. No I/O.
#pragma once

#include "sse/framing.hpp"
#include "web/message.hpp"

#include <string>

namespace tickertape {

struct wire_options {
    bool keep_alive = true;
    bool head_only = false;  // the request was HEAD: the same head, no body
    wall_time now{};
    std::string_view request_id;
};

// The head of an answer with a body of known length, up to and including the empty line. The body,
// where there is one, follows as it is.
std::string head_of(const response& r, const wire_options& options);

// The head of a stream. `extra`: more headers.
std::string stream_head(
    sse::framing how, const std::vector<std::pair<std::string_view, std::string>>& extra,
    const wire_options& options);

}  // namespace tickertape
