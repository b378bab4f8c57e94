// A request and its answer as handlers see them: no sockets, no library's types.
#pragma once

#include "core/clock.hpp"
#include "core/lease.hpp"
#include "http/body_end.hpp"
#include "http/released_socket.hpp"
#include "http/request_target.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tickertape::http {

enum class method : std::uint8_t { get, head, options, post, put, patch, remove, other };

// "GET"; `remove` is DELETE, which a macro of some systems takes.
std::string_view name_of(method m) noexcept;

struct header_line {
    std::string_view name;
    std::string_view value;
};

// Its views point into the session's buffers and are valid until the answer has been made, also for
// a handler that waits. The head fills it; `body`, `captured` and the two times are there when a
// handler gets it.
struct request {
    method what = method::other;
    std::string_view method_name = "-";
    std::string_view target = "-";  // as sent: "/prices/stream?since=1712525476"
    request_target url;             // the target, parsed
    bool has_valid_target = false;  // otherwise `url` is empty
    bool is_http_1_1 = false;
    bool keep_alive = false;  // whether another request may follow on the connection
    std::vector<header_line> headers;
    std::string_view body;              // empty unless the route reads bodies
    std::vector<std::string> captured;  // the path segments that stand for {} or /* of the route
    wall_time now{};
    boot_time boot_now{};

    // The value of the first line of that name, in any case; empty if there is none.
    std::string_view header(std::string_view name) const noexcept;
    // The same if there is exactly one such line, and empty otherwise.
    std::string_view only_header(std::string_view name) const noexcept;
    std::vector<std::string_view> all_headers(std::string_view name) const;
};

struct response {
    unsigned status = 200;
    std::string_view content_type;  // static text; empty: no body
    std::string body;
    // Instead of body if it is shared and outlives the program: files compiled in.
    std::string_view shared_body;
    std::vector<std::pair<std::string_view, std::string>> headers;

    std::string_view content() const noexcept
    {
        return shared_body.empty() ? std::string_view{body} : shared_body;
    }
};

// A connection that HTTP has finished with, as its new owner gets it.
struct taken_connection {
    std::size_t lane;  // which of the server's lanes it lives on
    released_socket socket;
    lease permit;      // to be given back when the connection ends
    body_end how;      // of the body
    std::string head;  // of the response; the new owner sends it first
};

// The answer is an upgrade: the session ends and hands its connection to `to`, on its lane.
struct takeover {
    response head;  // status, content type and headers; it has no body
    std::function<void(taken_connection)> to;
};

using answer = std::variant<response, takeover>;

std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace tickertape::http
