// Which handler answers which path and method, and the answers if there is none: 404, 405 with
// Allow, and OPTIONS.
#pragma once

#include "http/message.hpp"
#include "http/problem.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tickertape::http {

// Answers at once, on the lane: other connections of the lane wait meanwhile.
using handler = std::function<answer(const request&)>;
// Waits for something, such as another thread's answer (offload.hpp), and leaves its lane free. It
// is cancelled when its time is over, its client leaves or the server stops, and must end then. The
// request outlives it.
using waiting_handler = std::function<boost::asio::awaitable<answer>(const request&)>;

enum class route_access : std::uint8_t {
    everyone,
    operators,  // served also if there is no room for more connections
};

struct route {
    // A path; the segment {} stands for any one segment, and * at the end for any number.
    std::string pattern;
    std::variant<handler, waiting_handler> handle;
    // GET answers HEAD as well, and the router answers OPTIONS.
    std::vector<method> methods{method::get};
    bool reads_body = false;  // otherwise a body is read and dropped
    route_access access = route_access::everyone;
    bool is_rate_limited = true;            // counts against the requests of its client
    std::chrono::milliseconds wait_max{0};  // of a waiting handler; 0: server_limits::wait
    std::string name{};                     // in metrics; empty: the pattern
    std::string about{};                    // one line for people; empty: not to be listed
    // What a client is answered that is refused for now and comes back after `wait`. None, or an
    // empty function: a problem with a status. For clients that give up for ever on any status but
    // 200, but come back after a connection that just ends.
    std::function<std::optional<response>(const request&, std::chrono::milliseconds wait)> busy{};
};

// Threads: immutable once all routes are added, so any; the handlers see to themselves.
class router {
public:
    void add(route r);
    // GET, with the defaults of `route`.
    void add(std::string pattern, handler h, std::string about = {});
    // What is said at a path without a route, instead of not_found().
    void explain_unknown(std::function<problem(const request&)> in_words);
    std::vector<const route*> routes() const;

    struct match {
        const route* at = nullptr;         // the route of that path; null: there is none
        std::optional<response> answer{};  // given by the router itself
        std::vector<std::string> captured{};
        std::string allowed{};    // the methods of that path, as Allow lists them
        bool reads_body = false;  // one of the routes of that path does
        std::string_view name = "none";
    };
    match find(const request& r) const;
    // The first route of that path, for any method.
    const route* find_path(std::string_view target) const;

private:
    struct entry {
        route what;
        std::vector<std::string> segments;
    };

    static bool matches(
        const entry& e, const std::vector<std::string>& path, std::vector<std::string>& captured);

    std::vector<entry> entries_;
    std::function<problem(const request&)> unknown_;
};

}  // namespace tickertape::http
