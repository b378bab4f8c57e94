// How the body of an answer may be coded on its way, and which of the ways there are a client wants
// (RFC 9110, section 12.5.3).
//
// No I/O. Threads: any.
#pragma once

#include <cstdint>
#include <string_view>

namespace tickertape::http {

enum class content_coding : std::uint8_t { identity, gzip, brotli };

// As Content-Encoding says it. Identity is not said: empty.
std::string_view name_of(content_coding c) noexcept;

// The codings a body is there in, besides identity.
struct offered_codings {
    bool gzip = false;
    bool brotli = false;

    bool any() const noexcept { return gzip || brotli; }
};

// The one that the value of Accept-Encoding, empty where there is none, weighs most, and the
// smallest of several. What is not named there and not meant by "*" is not used, but for identity:
// that is what is sent where nothing else is wanted, and also to who refuses it and leaves nothing
// else. A coding with a weight that is none is taken for refused.
content_coding choose_coding(std::string_view accept_encoding, offered_codings offered);

}  // namespace tickertape::http
