#include "web/operator_access.hpp"

#include "core/text.hpp"
#include "http/problem.hpp"

namespace tickertape::web {

bool is_same_secret(std::string_view a, std::string_view b) noexcept
{
    unsigned difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size() && !b.empty(); ++i)
        difference |=
            static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i % b.size()]);
    return difference == 0;
}

std::optional<http::response> refusal_of_stranger(const http::request& r, const std::string& token)
{
    if (token.empty())
        return http::to_response(
            {.status = 404,
             .type = "no-admin",
             .detail = "this server has no routes for operators: ADMIN_TOKEN is empty"});
    constexpr std::string_view scheme = "bearer ";
    const auto given = r.only_header("Authorization");
    if (lower_case(given.substr(0, scheme.size())) == scheme &&
        is_same_secret(trimmed(given.substr(scheme.size())), token))
        return std::nullopt;
    auto refused = http::to_response(
        {.status = 401,
         .type = "not-an-operator",
         .detail = given.empty() ? "this route is for operators: send Authorization: Bearer and "
                                   "the server's ADMIN_TOKEN"
                                 : "the token is not the server's ADMIN_TOKEN"});
    refused.headers.emplace_back("WWW-Authenticate", "Bearer");
    return refused;
}

}  // namespace tickertape::web
