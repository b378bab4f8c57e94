#include "http/gzip.hpp"

#define ZLIB_CONST
#include <zlib.h>

#include <cassert>
#include <new>

namespace tickertape::http {
namespace {

// What a page of some 10 KB gains from more effort, or from more memory than these 128 KB, is less
// than a hundredth of it.
constexpr int effort = 5;
constexpr int window_bits = 14;
constexpr int memory_level = 7;
constexpr int with_gzip_header = 16;

struct deflater {
    z_stream stream{};

    deflater()
    {
        if (deflateInit2(
                &stream, effort, Z_DEFLATED, window_bits + with_gzip_header, memory_level,
                Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc{};
    }
    deflater(const deflater&) = delete;
    deflater& operator=(const deflater&) = delete;
    ~deflater() { deflateEnd(&stream); }
};

}  // namespace

std::string gzip(std::string_view text)
{
    assert(text.size() <= gzip_bytes_max);
    deflater made;
    auto& z = made.stream;
    std::string out(deflateBound(&z, text.size()), '\0');
    z.next_in = reinterpret_cast<const Bytef*>(text.data());
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    // There is room for all of it, so it is done at once.
    [[maybe_unused]] const auto ended = deflate(&z, Z_FINISH);
    assert(ended == Z_STREAM_END);
    out.resize(z.total_out);
    // What an answer holds counts, used or not.
    out.shrink_to_fit();
    return out;
}

}  // namespace tickertape::http
