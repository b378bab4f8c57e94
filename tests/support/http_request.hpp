// Requests made by hand, and the answer of a router to them.
//
// Threads: one.
#pragma once

#include "http/router.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tickertape::testing {

// As a session would make it of a request without headers. `target` outlives it.
inline http::request request_for(std::string_view target, http::method what = http::method::get)
{
    http::request r;
    r.what = what;
    r.method_name = http::name_of(what);
    r.target = target;
    if (auto url = http::parse_target(target)) {
        r.url = *std::move(url);
        r.has_valid_target = true;
    }
    return r;
}

// Replaces what stands there by that name; both texts outlive the request.
inline void set_header(http::request& r, std::string_view name, std::string_view value)
{
    std::erase_if(r.headers, [name](const auto& line) { return line.name == name; });
    r.headers.push_back({name, value});
}

struct routed {
    http::answer what;
    std::string route;
};

// What a handler answers; one that waits is run until it has, on a lane of its own.
inline http::answer answer_of(const http::route& at, const http::request& r)
{
    if (const auto* at_once = std::get_if<http::handler>(&at.handle))
        return (*at_once)(r);
    boost::asio::io_context lane;
    std::optional<http::answer> made;
    std::exception_ptr thrown;
    boost::asio::co_spawn(
        lane, std::get<http::waiting_handler>(at.handle)(r),
        [&](std::exception_ptr why, http::answer given) {
            thrown = why;
            made = std::move(given);
        });
    lane.run();
    if (thrown)
        std::rethrow_exception(thrown);
    return *std::move(made);
}

// The answer of a route.
inline routed answer_of(const http::router& routes, http::request r)
{
    auto found = routes.find(r);
    std::string name{found.name};
    if (found.answer)
        return {*std::move(found.answer), std::move(name)};
    r.captured = std::move(found.captured);
    return {answer_of(*found.at, r), std::move(name)};
}

}  // namespace tickertape::testing
