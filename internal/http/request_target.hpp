// The target of a request, parsed: the segments of its path and its parameters, decoded. Also the
// check of a Host header.
#pragma once

#include "core/errors.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickertape::http {

struct request_target {
    std::vector<std::string> segments;  // "/api/prices/btc-usd": api, prices, btc-usd; "/": none
    std::vector<std::pair<std::string, std::string>> parameters;

    // The first parameter of that name. "?x" and "?x=" are both there, and empty.
    std::optional<std::string_view> parameter(std::string_view name) const noexcept;
};

// Takes the origin form ("/path?query"), and the absolute form of http and https, which RFC 9112
// asks of every server; its host is not looked at. Empty segments inside the path are kept. Errors:
// generic invalid_argument where it is not a valid target.
result<request_target> parse_target(std::string_view text);

// Whether this can be the value of a Host header (RFC 9112, section 3.2): a host and maybe a port,
// or nothing, where the client knows no name for the server.
bool is_host(std::string_view text);

}  // namespace tickertape::http
