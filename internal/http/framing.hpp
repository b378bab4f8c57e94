// How the end of a body of unknown length is told.
#pragma once

#include <cstdint>

namespace tickertape::http {

enum class framing : std::uint8_t {
    chunked,
    until_close,  // for HTTP/1.0 and `Connection: close`
};

}  // namespace tickertape::http
