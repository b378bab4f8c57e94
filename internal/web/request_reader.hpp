// One request out of the bytes of a connection: bytes go in, and what comes out is that more are
// needed, a request, or why there will be none.
//
// It takes less than the standard allows to be taken, because whoever stands between a client and
// us may read a request otherwise than we do: lines end in CRLF and nothing else, a field is one
// line, there are no control characters, and how long a body is can be said in one way only, once.
// Bodies are read and dropped, trailers too: no route wants one. What is refused is the end of its
// connection, since nobody knows where the next request would begin.
//
// No I/O, no clock. Threads: one.
#pragma once

#include "web/field_scanner.hpp"
#include "web/message.hpp"
#include "web/refusal.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape {

// What is known of a request when its head has been read. Views into its reader.
struct request_head {
    method what = method::other;
    std::string_view method_name = "-";
    std::string_view target = "-";
    bool is_http_1_1 = false;
    // Whether there may be another request behind it.
    bool keep_alive = false;
    std::string_view last_event_id;
    std::string_view if_none_match;
    std::string_view origin;
    std::string_view accept;
    // Of several lines none: what is coded in no way is understood by all.
    std::string_view accept_encoding;
    std::string_view request_id;
    std::vector<std::string_view> forwarded_for;  // a value per line
};

class request_reader {
public:
    struct limits {
        std::size_t head_bytes = 8 << 10;
        std::size_t body_bytes = 64 << 10;
    };

    explicit request_reader(limits l);
    ~request_reader();
    request_reader(const request_reader&) = delete;
    request_reader& operator=(const request_reader&) = delete;

    struct refused {
        refusal why;
        problem told;
    };

    // Reads on in `bytes`, which begin where those of the last call ended, and returns how many of
    // them belong to this request: all, or it is over.
    std::size_t take(std::string_view bytes);

    // Whether nothing more is taken: there is a request, or a refusal.
    bool is_over() const noexcept { return at_ == place::over; }
    const std::optional<refused>& refusal_found() const noexcept { return refused_; }
    // Of a request that was refused before the end of its head: nothing.
    const request_head& head() const noexcept { return head_; }
    // The target of a request whose head has not ended yet; empty before the end of its first line.
    std::string_view target_so_far() const noexcept;

private:
    enum class place : std::uint8_t {
        request_line,
        fields,
        body,
        chunk_size,
        chunk_extension,
        chunk_size_end,
        chunk,
        chunk_end,
        chunk_end_lf,
        trailer,
        over,
    };
    struct parsed;  // Beast's

    std::size_t take_head(std::string_view bytes);
    std::size_t take_body(std::string_view bytes);
    void take_framing(char c);
    void take_chunk_size(char c);
    void end_head();
    void read_fields();
    void read_length();
    void expect_body(std::uint64_t bytes);
    void count_framing();
    void refuse(refusal why, std::string detail);
    void refuse_malformed(refusal why);

    const limits limits_;
    place at_ = place::request_line;
    request_line_scanner line_;
    field_scanner fields_;
    std::string text_;  // of the head, until it has been parsed
    std::unique_ptr<parsed> parsed_;
    request_head head_;
    std::uint64_t body_bytes_ = 0;  // announced so far
    std::uint64_t left_ = 0;        // of the body, or of the chunk
    std::size_t chunk_digits_ = 0;
    std::size_t framing_bytes_ = 0;  // extensions and trailers
    std::optional<refused> refused_;
};

}  // namespace tickertape
