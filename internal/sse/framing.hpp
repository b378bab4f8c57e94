// Frames the blocks of a stream for the wire.
#pragma once

#include <string>
#include <string_view>

namespace tickertape::sse {

enum class framing {
    chunked,  // HTTP/1.1: every block is one chunk, so any run of blocks is well-formed
    raw,      // HTTP/1.0 and Connection: close: the end of the connection ends the stream
};

void append_framed(std::string& out, framing how, std::string_view block);

// The bytes that end the body of a stream in that framing.
std::string_view end_of_stream(framing how) noexcept;

}  // namespace tickertape::sse
