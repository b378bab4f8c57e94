// A request and an answer of HTTP, as values. Formats write and read these, and know nothing of the
// connections that carry them.
//
// Pure. Threads: any.
#pragma once

#include "net/answer_date.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::net {

struct http_header {
    std::string name;
    std::string value;
};

enum class http_method { get, post };

struct http_body {
    std::string content_type;  // "application/json"
    std::string bytes;
};

struct http_request {
    std::string target;  // after the base URL's prefix, already escaped: "/products/BTC-USD/ticker"
    // Beyond those of every request. Neither a name nor a value has a line break.
    std::vector<http_header> headers{};
    http_method method = http_method::get;
    std::string accept = "application/json";  // empty: anything
    std::optional<http_body> body{};          // of a POST only
    // Answers of 300 to 399 are handed out as well, rather than being net_errc::redirect.
    bool takes_3xx = false;
};

struct http_response {
    int status = 0;
    std::string content_type;
    std::string body;
    std::string retry_after{};  // the header, as it came; empty: there was none
    answer_date dated{};
    // Headers as they came; empty: there was none, or it is not visible ASCII of up to
    // kept_header_bytes_max, which may be sent back.
    std::string location{};
    std::string etag{};
    std::string last_modified{};
    std::string cache_control{};
};

inline constexpr std::size_t kept_header_bytes_max = 2'048;

}  // namespace tickertape::net
