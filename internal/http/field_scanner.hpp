// Checks the lines of a request a byte at a time, so that bytes that are not HTTP are refused at
// the first that differs.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tickertape::http {

enum class scanned : std::uint8_t {
    more,
    end,  // with this byte
    bad,
};

// METHOD SP target SP HTTP/1.0 or HTTP/1.1 CRLF.
class request_line_scanner {
public:
    scanned take(char c) noexcept;

private:
    enum class part : std::uint8_t { method, target, version, line_feed };

    part in_ = part::method;
    std::size_t in_part_ = 0;  // bytes so far
};

// Lines of "name: value" CRLF, and an empty one.
class field_scanner {
public:
    scanned take(char c) noexcept;

private:
    enum class part : std::uint8_t { start, name, value, line_feed, last_line_feed };

    part in_ = part::start;
};

}  // namespace tickertape::http
