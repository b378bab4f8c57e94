// What an instance says of itself to the others, as it announces itself in the log's server.
//
// Strict about lengths, because anybody with the password may write there; fields that an older
// version lacks have values that ask for nothing.
//
// No I/O. Threads: any.
#pragma once

#include "core/symbol.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tickertape::relay {

struct presence {
    bool is_leader = false;
    std::string top{};      // the id of its newest entry
    std::string life{};     // another one after each start
    std::string symbols{};  // mark_of() those that it serves
    bool can_lead = true;
    // It led and no price came from its feed, not long ago.
    bool has_dry_feed = false;
};

std::string words_of(const presence& p);
// Of words that cannot be read nothing is known: a default one.
presence read_presence(std::string_view words);

// The name of the instance in a token of the lease: what stands before the last colon.
std::string name_in(std::string_view token);

// The same for the same set of symbols, in any order.
std::string mark_of(const symbol_table& symbols);

// More than INSTANCE can have, and a process id.
inline constexpr std::size_t instance_bytes_max = 96;
// Whether that may be the name of an instance: short, and without what is not fit for a log line.
bool is_instance_name(std::string_view name) noexcept;

}  // namespace tickertape::relay
