// Content codings of answers, and the choice of the one that a client wants (RFC 9110, section
// 12.5.3).
//
// No I/O. Threads: any.
#pragma once

#include <cstdint>
#include <string_view>

namespace tickertape::http {

enum class content_coding : std::uint8_t { identity, gzip, brotli };

// The value of Content-Encoding; empty for identity, which has no such header.
std::string_view name_of(content_coding c) noexcept;

// The codings in which a body is available, besides identity.
struct offered_codings {
    bool gzip = false;
    bool brotli = false;

    bool any() const noexcept { return gzip || brotli; }
};

// The coding with the greatest weight in `accept_encoding`, the value of that header or empty; of
// several with that weight the smallest. A coding that is neither named there nor meant by "*" is
// not used. Identity is used if nothing else is wanted, and for a client that refuses everything. A
// coding whose weight cannot be read counts as refused.
content_coding choose_coding(std::string_view accept_encoding, offered_codings offered);

}  // namespace tickertape::http
