// What a client that asked for a stream is told while there is no room for it.
//
// No I/O. Threads: any.
#pragma once

#include "http/message.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace tickertape::web {

// For an EventSource, which gives up for ever on any status but 200: a stream that says busy and
// when to come back, and ends. None for other clients: they understand a status.
std::optional<http::response> busy_stream(const http::request& r, std::chrono::milliseconds wait);

// Whether an Accept header names the type of a stream, as that of an EventSource does.
bool accepts_event_stream(std::string_view accept);

}  // namespace tickertape::web
