// What a subscriber asked for, apart from where it begins.
#pragma once

#include "core/symbol.hpp"
#include "hub/topic_board.hpp"
#include "series/interval.hpp"
#include "sse/framing.hpp"

#include <chrono>
#include <compare>
#include <optional>
#include <vector>

namespace tickertape::hub {

struct stream_terms {
    std::vector<symbol_id> symbols;  // without repetition; at least one, or there are topics
    sse::framing how = sse::framing::chunked;
    // A subscriber that is behind gets the newest tick of each symbol, with the number of ticks
    // that were passed over for it.
    bool newest_only = false;
    // At least this between two ticks of a symbol; for newest_only alone.
    std::chrono::milliseconds interval{0};
    // Candles of that length instead of ticks; with newest_only and an interval.
    std::optional<series::interval> candles{};
    // What it follows beside the symbols.
    topic_set topics = 0;

    friend auto operator<=>(const stream_terms&, const stream_terms&) = default;
    friend bool operator==(const stream_terms&, const stream_terms&) = default;
};

}  // namespace tickertape::hub
