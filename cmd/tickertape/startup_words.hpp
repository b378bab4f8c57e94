// What the log says at the start of where the server is and how much it remembers.
#pragma once

#include "config/settings.hpp"

#include <cstdint>
#include <string>

namespace tickertape {

// Where a person on this machine finds the page.
std::string url_of(const config::settings& s, std::uint16_t port);

// How far back a stream can begin.
std::string words_of_reach(const config::settings& s);

}  // namespace tickertape
