// The head of an HTTP response: what a reader of its body has to know.
//
// Threads: any.
#pragma once

#include <optional>
#include <string_view>

namespace tickertape::bench {

struct response_head {
    int status = 0;
    bool chunked = false;
    std::size_t bytes = 0;  // up to and including the empty line
};

constexpr std::size_t head_bytes_max = 16 << 10;

// None: the head has not arrived whole. A status of 0: this is not HTTP.
std::optional<response_head> parse_head(std::string_view received) noexcept;

}  // namespace tickertape::bench
