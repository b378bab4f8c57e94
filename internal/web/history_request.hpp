// Parses a request for a history: the range, the end from which it is read, and how many ticks.
#pragma once

#include "http/problem.hpp"
#include "http/request_target.hpp"
#include "tape/tapes.hpp"

#include <cstddef>
#include <optional>
#include <variant>

namespace tickertape::web {

struct history_request {
    // Ticks after this one; none: from the oldest that is held. With it the first ticks from there
    // on are wanted, without it the newest.
    std::optional<position> after;
    // The id to begin after is none that this server has given: all that is held is wanted.
    bool is_unknown = false;
    // Up to and including this one; none: the newest.
    std::optional<position> last;
    std::size_t limit;  // ticks in the answer
    // Whether a place was given as an id: then the answer says how to go on.
    bool pages;
};

// The contract is docs/protocol.md: one of `since` and `after`, one of `until` and `before`.
std::variant<history_request, http::problem> read_history_request(
    const http::request_target& target, const tape::tapes& from, wall_time now,
    std::chrono::milliseconds ids_ahead = std::chrono::milliseconds{0});

}  // namespace tickertape::web
