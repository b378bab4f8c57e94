// The kinds of feed. Ticks of one never share a directory with those of another.
#pragma once

#include <optional>
#include <string_view>

namespace tickertape::archive {

enum class feed_kind { live, simulator, replay, pipe };

// "live", "simulator", "replay", "pipe".
std::string_view text_of(feed_kind kind) noexcept;
std::optional<feed_kind> parse_kind(std::string_view text) noexcept;

}  // namespace tickertape::archive
