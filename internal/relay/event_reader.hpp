// Reads the events of an event stream out of its bytes, by the rules of the HTML standard (9.2.6):
// lines that end in CR, LF or CRLF, a byte order mark before the first, comments, and blocks of
// fields that end with an empty line.
//
// It differs in one thing. A browser gives each event the last id of the stream; here an event has
// the id of its own block, because an event of ours without one says that nobody may resume there.
//
// No I/O. Threads: one.
#pragma once

#include "core/errors.hpp"
#include "relay/errors.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::relay {

struct stream_event {
    std::string type;  // empty: a message
    std::string data;
    std::optional<std::string> id;  // of this block; an empty one clears the last id
};

class event_reader {
public:
    // The longest line of our own streams is a gap of 1,024 symbols: 36 KB.
    struct limits {
        std::size_t line_bytes_max = 128 * 1024;
        std::size_t data_bytes_max = 128 * 1024;
    };

    event_reader() noexcept : event_reader{limits{}} {}
    explicit event_reader(limits bounds) noexcept : limits_{bounds} {}

    // Takes the next bytes of the stream. What next() has not read of earlier ones is kept, so it
    // is to be called until it has no more.
    void append(std::string_view bytes);
    // The next event that is whole; null if there is none yet. Valid until the next call.
    // Errors: relay_errc::bad_answer, from then on always: a line or the data of an event is over
    // its limit.
    result<const stream_event*> next();

    // The time to wait before connecting again, as the stream last said it; not bounded.
    std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }

private:
    std::optional<std::string_view> next_line();
    void take_field(std::string_view line);

    limits limits_;
    std::string bytes_;
    std::size_t at_ = 0;        // what is before it has been read
    std::size_t searched_ = 0;  // there is no end of a line before it, after at_
    bool is_begun_ = false;     // the first bytes, which may be a byte order mark, have been read
    bool skips_lf_ = false;     // the last line ended in CR
    bool is_bad_ = false;
    bool has_data_ = false;
    stream_event pending_;
    stream_event whole_;
    std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace tickertape::relay
