// A range of positions of which the archive does not have every tick: after `from`, up to and
// including `to`.
#pragma once

#include "core/position.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace tickertape::archive {

enum class hole_reason {
    not_archived,  // the disk was passed by, or power was lost before it had them
    damaged,       // they were there
};

// "not archived", "damaged".
std::string_view text_of(hole_reason reason) noexcept;
std::optional<hole_reason> parse_reason(std::string_view text) noexcept;

struct hole {
    position from;
    position to;
    hole_reason reason;

    friend bool operator==(const hole&, const hole&) noexcept = default;
};

// Adds a hole to those in position order, none of which touches another of its reason. What the
// others cover already is not added again. Returns whether that changed anything.
bool add_hole(std::vector<hole>& to, hole added);

// Past this many the two that are nearest to each other become one, which covers more than is
// missing: a reader is told less, never a wrong thing.
inline constexpr std::size_t holes_max = 1'000;

}  // namespace tickertape::archive
