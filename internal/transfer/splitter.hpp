// Cuts text that comes in pieces into what is parsed at once: lines, or the records of one JSON
// document. Holds one of them at most. No I/O.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tickertape::transfer {

// A longer line or record is given as one that is too long, and without its text.
inline constexpr std::size_t piece_bytes_max = 64 * 1024;

struct piece {
    std::uint64_t line;  // where it begins, counted from 1
    std::string_view text;
    bool is_too_long = false;
};
using on_piece = std::function<void(const piece&)>;

// Lines without their ends, "\n" or "\r\n".
class line_splitter {
public:
    void feed(std::string_view bytes, const on_piece& take);
    // The last line, if it has no end.
    void finish(const on_piece& take);

private:
    void give(const on_piece& take);

    std::string held_;
    std::uint64_t line_ = 1;
    bool is_too_long_ = false;
};

// The objects in the array of {"version":1,"records":[...]}; any spacing, any further members, of
// which arrays of objects are passed over.
class record_splitter {
public:
    void feed(std::string_view bytes, const on_piece& take);
    // The document without such objects: {"version":1,"records":[]}. Cut where it is too long.
    const std::string& frame() const noexcept { return frame_; }
    // Every bracket that was opened has been closed.
    bool is_complete() const noexcept { return depth_ == 0 && !frame_.empty() && !in_string_; }

private:
    void add(char c, const on_piece& take);
    void keep(char c);

    static constexpr int record_depth = 2;
    enum class array : std::uint8_t { none, records, other };

    std::string frame_;
    std::string held_;
    std::uint64_t line_ = 1;
    std::uint64_t begin_ = 1;
    int depth_ = 0;
    array array_ = array::none;
    bool in_record_ = false;  // or in an object of another array
    bool in_string_ = false;
    bool is_escaped_ = false;
    bool is_too_long_ = false;
};

}  // namespace tickertape::transfer
