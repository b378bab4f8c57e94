// What was compressed, as it was before.
#pragma once

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <zlib.h>

namespace tickertape::testing {

// Fails the test where it is not one whole gzip stream, or has more than `bytes_max`.
inline std::string gunzip(std::string_view compressed, std::size_t bytes_max = 4 << 20)
{
    constexpr int any_window = 15;
    constexpr int gzip_only = 16;
    z_stream z{};
    REQUIRE(inflateInit2(&z, any_window + gzip_only) == Z_OK);
    std::string in{compressed};
    std::string out(bytes_max, '\0');
    z.next_in = reinterpret_cast<Bytef*>(in.data());
    z.avail_in = static_cast<uInt>(in.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    const int ended = inflate(&z, Z_FINISH);
    out.resize(z.total_out);
    const auto left = z.avail_in;
    inflateEnd(&z);
    REQUIRE(ended == Z_STREAM_END);
    REQUIRE(left == 0);
    return out;
}

}  // namespace tickertape::testing
