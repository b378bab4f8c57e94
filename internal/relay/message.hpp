// The words of an entry: one tick, or a heartbeat.
//
//   v1 t <symbol> <price> <source> <combined>
//   v1 h
//
// Words are separated by one blank. The price is the shortest text that reads back exactly; a
// blank, a percent sign or a control character within a word is written %20. Words that follow are
// ignored and so are kinds of entries we do not know, because instances of two versions share a log
// while one replaces the other.
//
// Threads: any.
#pragma once

#include "core/errors.hpp"
#include "core/price.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace tickertape::relay {

// Its position is that of the entry.
struct tick_words {
    std::string symbol;  // its name
    price value;
    std::string source;     // its name
    unsigned combined = 0;  // how many providers the source combines

    friend bool operator==(const tick_words&, const tick_words&) = default;
};

// Nothing was published for a while, and the leader lives.
struct heartbeat_words {
    friend bool operator==(const heartbeat_words&, const heartbeat_words&) = default;
};

// A later version knows what it means; it is no tick.
struct other_words {
    friend bool operator==(const other_words&, const other_words&) = default;
};

using message = std::variant<tick_words, heartbeat_words, other_words>;

// An entry with more bytes than that is none.
inline constexpr std::size_t words_of_entry_max = 1024;

std::string words_of(const tick_words& t);
std::string words_of(heartbeat_words);

// Names that may be written into frames as they are: ASCII, without quotes, backslashes and control
// characters; another one is an error.
// Whether the symbol is one of ours is for the caller to say.
// Errors: relay_errc::bad_entry.
result<message> parse_message(std::string_view words);

}  // namespace tickertape::relay
