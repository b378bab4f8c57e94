// Recorded answers about the market, and answers made of bodies.
#pragma once

#include "core/timestamp.hpp"
#include "net/http_message.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace tickertape::testing {

inline std::string recorded(const std::string& name)
{
    std::ifstream file{TICKERTAPE_FIXTURES "/market/" + name, std::ios::binary};
    if (!file)
        throw std::runtime_error{"no fixture " + name};
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

inline net::http_response
answer_of(const std::string& body, int status = 200, const std::string& type = "application/json")
{
    return {.status = status, .content_type = type, .body = body};
}

// As many digits as a double holds for sure and one more: those that sources print.
inline std::string digits_of(double value)
{
    std::array<char, 40> text;
    const auto size = std::snprintf(text.data(), text.size(), "%.15e", value);
    return {text.data(), static_cast<std::size_t>(size)};
}

inline wall_time at(const char* text)
{
    return parse_rfc3339(text).value();
}

}  // namespace tickertape::testing
