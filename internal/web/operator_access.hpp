// Whether a request is an operator's: it carries ADMIN_TOKEN.
#pragma once

#include "http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tickertape::web {

// Takes as long for any two texts of these lengths, whatever their bytes.
bool is_same_secret(std::string_view a, std::string_view b) noexcept;

// None: it is, by "Authorization: Bearer <token>". Otherwise the refusal: 404 where `token` is
// empty, because there are no such routes then; 401.
std::optional<http::response> refusal_of_stranger(const http::request& r, const std::string& token);

}  // namespace tickertape::web
