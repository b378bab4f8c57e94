#include "sse/framing.hpp"

#include <array>
#include <charconv>

namespace tickertape::sse {

void append_framed(std::string& out, framing how, std::string_view block)
{
    if (block.empty())
        return;  // an empty chunk would end the stream
    if (how == framing::raw) {
        out += block;
        return;
    }
    std::array<char, 16> size;
    out.append(size.data(), std::to_chars(size.begin(), size.end(), block.size(), 16).ptr);
    out += "\r\n";
    out += block;
    out += "\r\n";
}

std::string_view end_of_stream(framing how) noexcept
{
    return how == framing::chunked ? "0\r\n\r\n" : "";
}

}  // namespace tickertape::sse
