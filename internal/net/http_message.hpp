// A request and an answer of HTTP, as values: what formats write and read without knowing who
// carries them.
//
// Pure. Threads: any.
#pragma once

#include "net/answer_date.hpp"

#include <string>
#include <vector>

namespace tickertape::net {

struct http_header {
    std::string name;
    std::string value;
};

struct http_request {
    std::string target;  // after the base URL's prefix, already escaped: "/products/BTC-USD/ticker"
    std::vector<http_header> headers{};  // beyond those of every request
};

struct http_response {
    int status = 0;
    std::string content_type;
    std::string body;
    std::string retry_after{};  // the header, as it came; empty: there was none
    answer_date dated{};
};

}  // namespace tickertape::net
