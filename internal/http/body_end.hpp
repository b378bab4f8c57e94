// How a client learns where a body of unknown length ends. The new owner of the connection puts
// its pieces into chunks, or not, accordingly.
#pragma once

#include <cstdint>

namespace tickertape::http {

enum class body_end : std::uint8_t {
    last_chunk,
    connection_end,  // for HTTP/1.0 and `Connection: close`
};

}  // namespace tickertape::http
