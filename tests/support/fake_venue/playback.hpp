// Recorded messages, sent again as if they were of now: their names become those subscribed to, in
// turn, their times and sequence numbers the present, and their prices a running number, so that
// one who gets a price can ask when it was sent.
//
// Threads: one.
#pragma once

#include "support/fake_venue/venue.hpp"

#include <span>

namespace fake_venue {

struct playback_settings {
    std::string file;                // one message per line
    std::uint64_t messages = 0;      // in all
    double messages_per_second = 0;  // 0: as fast as the socket takes them
};

class playback {
public:
    // Throws std::runtime_error: no such file, or no line of it carries a price of that venue.
    playback(const std::string& venue, playback_settings settings);

    static double price_of(std::uint64_t sequence)
    {
        return 10'000 + 0.01 * static_cast<double>(sequence);
    }

    const playback_settings& settings() const noexcept { return settings_; }
    std::uint64_t sent() const noexcept { return sent_; }
    bool is_over() const noexcept { return sent_ >= settings_.messages; }
    // The next message, about one of `to`, which has some. Counts as sent now. Valid until the
    // next.
    std::string_view next(std::span<const subscription> to);
    // When message `sequence` was handed to the socket, in ns of the monotonic clock. None: never,
    // or longer ago than we remember.
    std::optional<std::int64_t> sent_at_ns(std::uint64_t sequence) const;

private:
    enum class slot { none, name, price, bid, ask, iso, unix_s, unix_ms, unix_us };
    struct part {
        std::string before;  // literally
        slot then;
    };
    using shape = std::vector<part>;

    struct field;

    static std::span<const field> fields_of(const std::string& venue);
    static std::optional<shape> shape_of(std::string_view line, std::span<const field> fields);
    void write(const part& one, const subscription& to, double price, wall_time now);

    playback_settings settings_;
    std::string venue_;
    std::vector<shape> shapes_;
    std::vector<std::int64_t> sent_at_;  // a ring
    std::uint64_t sent_ = 0;
    std::string text_;
};

}  // namespace fake_venue
