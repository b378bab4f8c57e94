// Refusals of parameters as a whole: given twice, misspelt, or of another route.
//
// No I/O. Threads: any.
#pragma once

#include "http/problem.hpp"
#include "http/request_target.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace tickertape::web {

// Refuses a request whose parameters cannot mean what its client wants: one of `known` is given
// more than once, or one that is not known is nearly the name of one that is, or means something on
// another route only. Others are ignored: links gather parameters on their way that are none of
// ours.
std::optional<http::problem>
wrong_parameters(const http::request_target& target, std::span<const std::string_view> known);

// The name in `known` that `name` is a misspelling of: another case, other separators, or one
// letter missing, added or wrong.
std::optional<std::string_view>
nearly_known(std::string_view name, std::span<const std::string_view> known);

// A whole number from 1 to `most`; `usual` where the parameter is not given.
std::variant<std::size_t, http::problem> read_count(
    const http::request_target& target, std::string_view name, std::size_t usual, std::size_t most);

// One of a list of names, which may have blanks around it.
std::string_view without_blanks(std::string_view text) noexcept;

}  // namespace tickertape::web
