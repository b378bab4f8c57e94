// HTTP/1.1 as far as a venue needs it: a request taken apart, an answer put together.
//
// Threads: any, there is no state.
#pragma once

#include "support/fake_venue/wire_text.hpp"

#include <utility>

namespace fake_venue {

struct http_request {
    std::string method;
    std::string target;
    std::string path;                                          // of the target, decoded
    std::string query;                                         // of the target, as it came
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::string body;

    std::string_view header(std::string_view name) const;
    // Decoded. None: not there.
    std::optional<std::string> value(std::string_view name) const;
    // A list separated by commas; empty where there is none.
    std::vector<std::string> values(std::string_view name) const;
    bool wants_socket() const { return lower(header("upgrade")) == "websocket"; }
};

struct http_answer {
    int status = 200;
    std::string body{};
    std::string content_type = "application/json; charset=utf-8";
    std::vector<std::pair<std::string, std::string>> headers{};
};

// `head` ends with the empty line. None: no request.
std::optional<http_request> parse_request(std::string_view head);

// All of it; `length` in Content-Length, which may be a lie.
std::string written(const http_answer& answer, std::size_t length);
std::string written(const http_answer& answer);

}  // namespace fake_venue
