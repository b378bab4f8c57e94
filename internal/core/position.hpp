// A position orders a tick among all ticks of all symbols: Unix milliseconds and a counter within
// the millisecond, written <ms>-<n>. It is the id of the event that carries the tick.
//
// Both parts share one 64-bit word, so that a position is compared, stored and loaded atomically as
// one number: 44 bits of milliseconds (until the year 2527) and 20 bits of counter.
#pragma once

#include "core/clock.hpp"
#include "core/errors.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape {

class position {
public:
    static constexpr int counter_bits = 20;
    static constexpr std::uint64_t counter_max = (std::uint64_t{1} << counter_bits) - 1;
    // Where several instances give positions, the low bits of the counter say which one did: its
    // *slot*. So no two of them ever give the same one.
    static constexpr int slot_bits = 4;
    static constexpr unsigned slot_max = (1U << slot_bits) - 1;
    static constexpr std::uint64_t ms_max = (std::uint64_t{1} << (64 - counter_bits)) - 1;
    // The longest text a position has: 14 digits, a dash, 7 digits.
    static constexpr std::size_t text_bytes_max = 22;

    // Before every tick.
    constexpr position() noexcept = default;
    constexpr position(std::uint64_t ms, std::uint64_t counter) noexcept
        : packed_{ms << counter_bits | counter}
    {
    }
    static constexpr position from_packed(std::uint64_t packed) noexcept
    {
        position p;
        p.packed_ = packed;
        return p;
    }
    // The first position of that millisecond. Times before 1970 become the first position of all.
    static constexpr position at(wall_time t) noexcept
    {
        const auto ms = t.time_since_epoch().count();
        return {ms < 0 ? 0 : static_cast<std::uint64_t>(ms), 0};
    }

    // Reads "<ms>-<n>", digits only and within range. Errors: core_errc::bad_position.
    static result<position> parse(std::string_view text) noexcept;

    constexpr std::uint64_t packed() const noexcept { return packed_; }
    constexpr std::uint64_t ms() const noexcept { return packed_ >> counter_bits; }
    constexpr std::uint64_t counter() const noexcept { return packed_ & counter_max; }
    constexpr unsigned slot() const noexcept { return packed_ & slot_max; }
    constexpr wall_time time() const noexcept
    {
        return wall_time{std::chrono::milliseconds{static_cast<std::int64_t>(ms())}};
    }
    // The neighbours in the order of all positions. A full counter carries into the millisecond.
    constexpr position next() const noexcept { return from_packed(packed_ + 1); }
    constexpr position previous() const noexcept
    {
        return from_packed(packed_ == 0 ? 0 : packed_ - 1);
    }

    // Writes the text to `out`, which has room for text_bytes_max, and returns its end.
    char* write(char* out) const noexcept;
    std::string text() const;

    friend constexpr auto operator<=>(position, position) noexcept = default;

private:
    std::uint64_t packed_ = 0;
};

static_assert(sizeof(position) == 8);

// Hands out positions: strictly increasing, and never earlier than the time it is told, also when
// that goes back or stands still. Threads: one.
class position_source {
public:
    // Positions start after `floor`.
    explicit position_source(position floor) noexcept : last_{floor} {}
    // Gives only positions with that slot, at most position::slot_max, which no other instance has.
    position_source(position floor, unsigned slot) noexcept;

    position next(wall_time time) noexcept;
    position last() const noexcept { return last_; }

private:
    position last_;
    std::optional<unsigned> slot_;
};

}  // namespace tickertape
