// Answers as bytes of HTTP/1.1. No I/O.
#pragma once

#include "http/message.hpp"

#include <string>

namespace tickertape::http {

struct wire_options {
    bool keep_alive = true;
    bool head_only = false;  // the request was HEAD: the same head, no body
    wall_time now{};
    std::string_view request_id;
};

// The head of an answer with a body of known length, up to and including the empty line. The body
// follows unchanged.
std::string head_of(const response& r, const wire_options& options);

// The head of an answer with a body of unknown length; `of` has no body.
std::string open_head(const response& of, body_end how, const wire_options& options);

}  // namespace tickertape::http
