// How the blocks of a stream are put on the wire.
#pragma once

#include <string>
#include <string_view>

namespace tickertape::sse {

enum class framing {
    chunked,  // HTTP/1.1: every block is one chunk, so any run of blocks is well-formed
    raw,      // HTTP/1.0 and Connection: close: the end of the connection ends the stream
};

void append_framed(std::string& out, framing how, std::string_view block);

// What ends the body of a stream in that framing.
std::string_view end_of_stream(framing how) noexcept;

}  // namespace tickertape::sse
