// Takes the chunked framing of HTTP/1.1 (RFC 9112, section 7.1) off a body that arrives in pieces.
//
// Every byte of the framing is looked at: a load generator that merely searched for what it hopes
// to find would call a broken server fast.
//
// Threads: one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace tickertape::bench {

class chunk_decoder {
public:
    enum class outcome { more, ended, broken };

    // Calls `body` with each piece of the content of `in`, which is valid during the call only.
    template <class F>
    outcome feed(std::string_view in, F&& body);

private:
    enum class state : std::uint8_t {
        size,  // of a chunk, in hexadecimal digits
        extension,
        size_lf,
        content,
        content_cr,
        content_lf,
        trailer_start,
        trailer,
        trailer_lf,
        end_lf,
        ended,
        broken,
    };

    static constexpr int digits_max = 8;

    void framing(char c) noexcept;
    bool add_digit(char c) noexcept;

    std::uint32_t left_ = 0;  // of the content of this chunk
    std::uint8_t digits_ = 0;
    state state_ = state::size;
};

template <class F>
chunk_decoder::outcome chunk_decoder::feed(std::string_view in, F&& body)
{
    while (!in.empty() && state_ < state::ended) {
        if (state_ == state::content) {
            const auto piece = in.substr(0, left_);
            left_ -= static_cast<std::uint32_t>(piece.size());
            in.remove_prefix(piece.size());
            if (left_ == 0)
                state_ = state::content_cr;
            body(piece);
        } else {
            framing(in.front());
            in.remove_prefix(1);
        }
    }
    if (state_ == state::broken || (state_ == state::ended && !in.empty()))
        return outcome::broken;
    return state_ == state::ended ? outcome::ended : outcome::more;
}

inline bool chunk_decoder::add_digit(char c) noexcept
{
    const int lower = c | 0x20;
    const int digit = c >= '0' && c <= '9'           ? c - '0'
                      : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                     : -1;
    if (digit < 0 || digits_ == digits_max)
        return false;
    ++digits_;
    left_ = left_ << 4 | static_cast<std::uint32_t>(digit);
    return true;
}

inline void chunk_decoder::framing(char c) noexcept
{
    const auto expect = [&](char wanted, state next) {
        state_ = c == wanted ? next : state::broken;
    };
    switch (state_) {
    case state::size:
        if (add_digit(c))
            return;
        if (digits_ == 0 || (c != '\r' && c != ';'))
            state_ = state::broken;
        else
            state_ = c == '\r' ? state::size_lf : state::extension;
        return;
    case state::extension:
        if (c == '\r')
            state_ = state::size_lf;
        else if (c == '\n')
            state_ = state::broken;
        return;
    case state::size_lf:
        expect('\n', left_ == 0 ? state::trailer_start : state::content);
        digits_ = 0;
        return;
    case state::content_cr:
        expect('\r', state::content_lf);
        return;
    case state::content_lf:
        expect('\n', state::size);
        return;
    case state::trailer_start:
        state_ = c == '\r' ? state::end_lf : state::trailer;
        return;
    case state::trailer:
        if (c == '\r')
            state_ = state::trailer_lf;
        return;
    case state::trailer_lf:
        expect('\n', state::trailer_start);
        return;
    case state::end_lf:
        expect('\n', state::ended);
        return;
    case state::content:
    case state::ended:
    case state::broken:
        return;
    }
}

}  // namespace tickertape::bench
