// Parses a request for a stream: its symbols, its start and its pace.
#pragma once

#include "http/message.hpp"
#include "http/problem.hpp"
#include "http/request_target.hpp"
#include "hub/stream_cursor.hpp"
#include "hub/stream_terms.hpp"
#include "tape/tapes.hpp"

#include <optional>
#include <variant>

namespace tickertape::web {

// A time that is later than the server's clock and all it has sent by more than this is refused.
inline constexpr std::chrono::seconds since_ahead_max{60};

inline constexpr std::string_view accepted_times =
    "Unix seconds (decimals allowed), 13 digits of Unix milliseconds, RFC 3339, a date such as "
    "2024-04-07 (its midnight, UTC), or a span back from now such as -30s, -10m, -2h or -1d; and "
    "no later than a minute from now";

// Which symbols a request is about that names none.
enum class unnamed_symbols { first, all };

// Reads `symbols`, or `symbol`, which means the same: names between commas, with blanks around them
// or without, or * for all.
std::variant<std::vector<symbol_id>, http::problem> read_symbols(
    const http::request_target& target, const symbol_table& known,
    unnamed_symbols unnamed = unnamed_symbols::first);

// Reads a time such as `since` where it is given. It may lie as far ahead of the clock as ticks do
// that have been sent: those were dated before the clock was set back. Where that was in an era
// before, a range that begins there begins with all that is held, and one that ends there does not
// end before the present.
enum class range_end { begin, end };
std::variant<std::optional<wall_time>, http::problem> read_time(
    const http::request_target& target, std::string_view name, range_end end,
    const tape::tapes& from, wall_time now);

// Where to go on for a client whose newest id is `p`: after `p`, or nothing where this server
// cannot have given out `p` yet, so that all that is held is new to that client. `ids_ahead`: how
// far ahead of the clock an id may be that another instance has given, which this one will come to.
std::optional<position> known_id(
    position p, const tape::tapes& from, wall_time now,
    std::chrono::milliseconds ids_ahead = std::chrono::milliseconds{0});

// What a request for a stream is granted.
struct stream_grant {
    hub::stream_terms terms;  // but for the framing, which the connection decides
    hub::stream_cursor cursor;
    tape::tapes::era_number era = 0;  // of the cursor
    // Up to there the client has what the topics say; none: it has nothing.
    std::optional<position> topics_known{};
};

// `topics_offered`: what can be followed beside prices.
// The contract is docs/protocol.md: Last-Event-ID wins over since; without either the newest tick
// comes first.
std::variant<stream_grant, http::problem> read_stream_request(
    const http::request& r, const tape::tapes& from,
    std::chrono::milliseconds ids_ahead = std::chrono::milliseconds{0},
    hub::topic_set topics_offered = 0);

}  // namespace tickertape::web
