#include "http/request_id.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace tickertape::http {
namespace {

bool is_fit(std::string_view id)
{
    return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

}  // namespace

std::string request_ids::id_for(std::string_view given)
{
    if (is_fit(given))
        return std::string{given};
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(random_()));
    return {text.data(), 16};
}

}  // namespace tickertape::http
