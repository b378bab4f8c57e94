// What no single row of the table can see: settings that contradict one another, or that together
// do something nobody is likely to want.
//
// Threads: any; nothing here has state.
#pragma once

#include "config/settings.hpp"
#include "provider/registry.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tickertape::config {

// `known` are the providers there are; `s` was filled from a table made of them.
//
// Why the server cannot run with these settings, as one line; none: it can.
std::optional<std::string> contradiction(const settings& s, std::span<const provider::row> known);

// What it can run with and somebody should know, a line each.
std::vector<std::string> doubts(const settings& s, std::span<const provider::row> known);

// The most ticks all symbols may hold together: 4 GiB at 32 bytes a tick.
inline constexpr std::size_t ticks_total_max = std::size_t{1} << 27;

}  // namespace tickertape::config
