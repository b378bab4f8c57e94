// Finds the events of a stream that arrives in pieces, and the stamp of each tick.
//
// Only what is measured is read: of a tick its stamp, of another event its name. Lines end with LF
// or CRLF; that SSE also lets them end with a lone CR is not supported, because no server we know
// writes it.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace tickertape::bench {

// By what a tick is known, and its age told.
enum class stamp_kind : std::uint8_t {
    price,  // "price" is the time of day at which the tick was due: seconds since midnight UTC
    id,     // the id is <Unix milliseconds>-<n>: when it was published
    none,   // ticks are counted, no more
};

// Microseconds since midnight UTC in the upper bits, so that ticks of one moment differ below.
struct stamp {
    static constexpr std::uint64_t unreadable = ~std::uint64_t{0};
    static constexpr int counter_bits = 20;

    std::uint64_t key = unreadable;

    std::uint64_t us_of_day() const noexcept { return key >> counter_bits; }
};

enum class event_name : std::uint8_t {
    tick,  // of the default type
    gap,
    heartbeat,
    stale,
    fresh,
    moving,
    busy,
    other,
};
constexpr std::size_t event_names = 8;
std::string_view to_string(event_name name) noexcept;

// "43200.25" is half a second after noon and a quarter: 43200250000. Unreadable: stamp::unreadable.
std::uint64_t us_of_price(std::string_view text) noexcept;

class event_scanner {
public:
    // What a line or event may hold back of the memory: a server that never ends one is broken.
    static constexpr std::size_t line_bytes_max = 64 << 10;

    // Calls take(event_name, stamp, data line) for every event that ends in `piece`; returns false
    // once a line is too long. The data line is the last one of the event, and empty where it began
    // in an earlier piece than this.
    template <class F>
    bool feed(std::string_view piece, stamp_kind by, F&& take);

private:
    template <class F>
    void line(std::string_view text, stamp_kind by, F&& take);
    void field(std::string_view text, stamp_kind by) noexcept;

    std::string unread_;  // the beginning of a line
    std::string_view last_data_;
    stamp stamp_;
    event_name name_ = event_name::tick;
    bool has_data_ = false;
};

template <class F>
bool event_scanner::feed(std::string_view piece, stamp_kind by, F&& take)
{
    last_data_ = {};
    while (!piece.empty()) {
        const auto* end = static_cast<const char*>(std::memchr(piece.data(), '\n', piece.size()));
        if (end == nullptr) {
            unread_.append(piece);
            return unread_.size() <= line_bytes_max;
        }
        const auto bytes = static_cast<std::size_t>(end - piece.data());
        if (unread_.empty()) {
            line(piece.substr(0, bytes), by, take);
        } else {
            unread_.append(piece.substr(0, bytes));
            const auto whole = std::move(unread_);
            unread_ = {};  // and with it its memory: most subscribers need none
            line(whole, by, take);
            last_data_ = {};
        }
        piece.remove_prefix(bytes + 1);
    }
    return true;
}

template <class F>
void event_scanner::line(std::string_view text, stamp_kind by, F&& take)
{
    if (!text.empty() && text.back() == '\r')
        text.remove_suffix(1);
    if (!text.empty()) {
        field(text, by);
        return;
    }
    if (has_data_)
        take(name_, stamp_, last_data_);
    stamp_ = {};
    name_ = event_name::tick;
    has_data_ = false;
    last_data_ = {};
}

}  // namespace tickertape::bench
