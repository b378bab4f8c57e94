// Bitcoin's network as sources say it, and the figures that follow.
//
// Pure values. Threads: any.
#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::market {

// The sources, as our answers name them.
inline constexpr std::string_view mempool = "mempool";
inline constexpr std::string_view blockchain = "blockchain";
inline constexpr std::string_view blockchair = "blockchair";

// The windows that we compute over, in blocks: about a day and two weeks.
inline constexpr std::int64_t day_blocks = 144;
inline constexpr std::int64_t fortnight_blocks = 2'016;

// A block of the chain.
struct block {
    std::int64_t height = 0;
    wall_time mined_at;
    double difficulty = 0;
};

// Blocks in a row, the time they took, and the sum of their difficulties.
struct block_window {
    std::int64_t blocks = 0;
    std::chrono::seconds span{0};
    double difficulties = 0;

    double block_seconds() const noexcept
    {
        return static_cast<double>(span.count()) / static_cast<double>(blocks);
    }
    // Hashes a second.
    double hash_rate() const noexcept;
};

// How long the chain is, and how fast it grew lately.
struct chain {
    std::int64_t height = 0;
    double difficulty = 0;
    std::optional<wall_time> mined_at{};  // of the block at `height`; none: not said
    std::optional<block_window> day{};
    std::optional<block_window> fortnight{};
};

// The estimate of the next difficulty.
struct adjustment {
    std::int64_t height = 0;  // when it was made
    std::int64_t retarget_height = 0;
    double change_percent = 0;
};

// In satoshi per virtual byte; fractions are usual.
struct fee_rates {
    std::optional<double> fastest{};
    std::optional<double> half_hour{};
    std::optional<double> hour{};
    std::optional<double> economy{};
    std::optional<double> minimum{};
};

// What waits to be mined.
struct backlog {
    std::optional<double> transactions{};
    std::optional<double> vsize{};  // in virtual bytes
};

// Who said something, and when it came.
template <class T>
struct said {
    T what;
    std::string_view source;
    wall_time at;
    boot_time received;
};

// What is known now. A part that a source no longer gives stays, with the time when it came.
struct network_parts {
    std::optional<said<chain>> blocks{};
    std::optional<said<adjustment>> next{};
    std::optional<said<fee_rates>> fees{};
    std::optional<said<backlog>> waiting{};
};

// One figure of our answer.
struct network_figure {
    std::string_view name;
    std::optional<double> value{};  // times: Unix seconds
    bool is_time = false;
    bool is_fee = false;                   // it stands among the fees
    std::string_view source{};             // empty: nobody said anything of it
    wall_time at{};                        // when what it follows from came
    boot_time received{};                  // the same
    bool is_late = false;                  // what it follows from was old when it came
    bool is_computed = false;              // by us
    std::optional<block_window> window{};  // what it was computed over
    std::string_view withheld{};           // why it is not shown; empty: it is, or is unknown
};

struct network_snapshot {
    network_parts parts;
    std::vector<network_figure> figures;  // in the order in which they are shown
    // Figures that came longer ago are stale.
    std::chrono::milliseconds stale_after;

    bool is_stale(const network_figure& one, boot_time now) const noexcept
    {
        return one.is_late || now - one.received > stale_after;
    }
};

}  // namespace tickertape::market
