// Refusals as application/problem+json (RFC 9457). They say what was wrong with the request and
// what would be accepted, and nothing about the inside of the server.
#pragma once

#include "http/message.hpp"

#include <string>
#include <string_view>

namespace tickertape::http {

struct problem {
    unsigned status;
    std::string_view type;  // the last part of urn:tickertape:problem:...
    std::string detail;
    // Of a bad parameter only: its name, and what would be accepted.
    std::string parameter = {};
    std::string accepted = {};
};

response to_response(const problem& p);

problem bad_parameter(std::string_view name, std::string detail, std::string_view accepted);
problem not_found();

// At most `bytes_max` of text from outside, safe to be shown: control characters and bytes that are
// not ASCII become '?'.
std::string quoted(std::string_view text, std::size_t bytes_max = 64);

}  // namespace tickertape::http
