// Compresses text that is made anew for each request. Files are compressed at build time, and
// better.
//
// No I/O. Threads: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tickertape::http {

// Less fits into the first packet of an answer anyway.
inline constexpr std::size_t gzip_bytes_min = 512;
// More would hold up everybody else on the lane for too long, so it goes as it is.
inline constexpr std::size_t gzip_bytes_max = std::size_t{256} << 10;

constexpr bool is_worth_gzip(std::size_t bytes) noexcept
{
    return bytes >= gzip_bytes_min && bytes <= gzip_bytes_max;
}

// The format of RFC 1952. Throws std::bad_alloc.
std::string gzip(std::string_view text);

}  // namespace tickertape::http
