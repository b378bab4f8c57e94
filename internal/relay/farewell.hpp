// The heartbeat of a leader that gives its lease back behind it: others ask for the lease at once.
#pragma once

#include <string>
#include <string_view>

namespace tickertape::relay {

inline std::string farewell_words()
{
    return "v1 h farewell";
}

inline bool is_farewell(std::string_view words) noexcept
{
    return words.starts_with("v1 h farewell");
}

}  // namespace tickertape::relay
