// Parses one request out of the bytes of a connection.
//
// It accepts less than the standard allows, because a proxy between a client and us may read a
// request differently: lines end in CRLF and nothing else, a field is one line, there are no
// control characters, and the length of a body can be given in one way only, once. A body is read
// and dropped unless keep_body() is called; trailers are always dropped. A refused request ends its
// connection, since nobody knows where the next request would begin.
//
// No I/O, no clock. Threads: one.
#pragma once

#include "http/field_scanner.hpp"
#include "http/message.hpp"
#include "http/refusal.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::http {

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
    // The same, but goes no further than the end of the head.
    std::size_t take_head(std::string_view bytes);

    // Whether nothing more is taken: the request is complete, or refused.
    bool is_over() const noexcept { return at_ == step::over; }
    // Whether the head has been read.
    bool has_head() const noexcept { return at_ > step::fields; }
    const std::optional<refused>& refusal_found() const noexcept { return refused_; }
    // The request, from the end of its head on; before that, and if its head was refused, it is
    // empty.
    const request& asked() const noexcept { return asked_; }
    request& asked() noexcept { return asked_; }

    // Whether bytes of a body are still to come.
    bool has_body() const noexcept { return has_head() && !is_over(); }
    // How long the body will be, as the head says; 0 if it does not say so, because the body comes
    // in chunks. To be asked when the head has been read and before take().
    std::size_t body_bytes_announced() const noexcept;
    // Whether the client waits for 100 Continue before it sends its body.
    bool expects_continue() const noexcept { return expects_continue_; }
    // Asked before the kept body takes more memory: whether it may take that many bytes in all.
    using room_for = std::function<bool(std::size_t bytes)>;
    // The body will be asked().body when the request is over. It takes no memory before its bytes
    // come, at most twice what has come, and no more than it may become. When `room` says no, what
    // has been kept is dropped, and so is the rest. To be called when the head has been read and
    // before take().
    void keep_body(room_for room);

    // The target of a request whose head has not ended yet; empty before the end of its first line.
    std::string_view target_so_far() const noexcept;

private:
    enum class step : std::uint8_t {
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

    std::size_t take_some_head(std::string_view bytes);
    std::size_t take_body(std::string_view bytes);
    void keep(std::string_view bytes);
    void end_body();
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
    step at_ = step::request_line;
    request_line_scanner line_;
    field_scanner fields_;
    std::string text_;  // of the head, until it has been parsed
    std::unique_ptr<parsed> parsed_;
    request asked_;
    std::uint64_t body_bytes_ = 0;  // announced so far
    std::uint64_t left_ = 0;        // of the body, or of the chunk
    std::size_t chunk_digits_ = 0;
    std::size_t framing_bytes_ = 0;  // extensions and trailers
    bool keeps_body_ = false;
    room_for room_;  // of a body that is kept; empty: it is dropped
    bool expects_continue_ = false;
    std::string body_;
    std::optional<refused> refused_;
};

}  // namespace tickertape::http
