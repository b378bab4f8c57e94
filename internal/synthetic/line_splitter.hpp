// Bytes that come in pieces of any size, cut into lines. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::synthetic {

class line_splitter {
public:
    struct line {
        std::uint64_t number;   // from 1
        std::string_view text;  // without its end, \n or \r\n; valid until append() or end()
        bool is_too_long;       // then the text is empty: the line was dropped
    };

    explicit line_splitter(std::size_t line_bytes_max) : line_bytes_max_{line_bytes_max} {}

    // More bytes. Everything before them was taken with next().
    void append(std::string_view bytes);
    // No more bytes: what is left is a line even without its newline.
    void end() noexcept { has_ended_ = true; }
    // The next whole line, if there is one.
    std::optional<line> next();

private:
    std::size_t line_bytes_max_;
    std::string held_;       // never more than one line's limit and one piece
    std::size_t begin_ = 0;  // of the next line, in held_
    std::uint64_t taken_ = 0;
    bool is_dropping_ = false;  // in the middle of a line over the limit
    bool has_ended_ = false;
};

}  // namespace tickertape::synthetic
