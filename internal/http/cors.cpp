#include "http/cors.hpp"

#include <algorithm>

namespace tickertape::http {

cors_policy::cors_policy(std::vector<std::string> origins)
    : origins_{std::move(origins)}, any_{origins_.size() == 1 && origins_.front() == "*"}
{
}

namespace {

// One field with a list: caches are known to read only one of several.
void add_to_vary(cors_policy::headers& to, std::string_view name)
{
    const auto found = std::ranges::find(to, "Vary", &cors_policy::headers::value_type::first);
    if (found == to.end())
        to.emplace_back("Vary", name);
    else
        found->second.append(", ").append(name);
}

}  // namespace

void cors_policy::add_headers(
    headers& to, std::string_view origin, const std::optional<preflight>& asked) const
{
    if (!any_) {
        if (origins_.empty())
            return;
        // The answer depends on the origin, which caches have to know.
        add_to_vary(to, "Origin");
        if (std::ranges::find(origins_, origin) == origins_.end())
            return;
    }
    to.emplace_back("Access-Control-Allow-Origin", any_ ? std::string{"*"} : std::string{origin});
    to.emplace_back("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
    if (asked) {
        to.emplace_back("Access-Control-Allow-Methods", asked->methods);
        to.emplace_back(
            "Access-Control-Allow-Headers",
            asked->reads_body ? "Last-Event-ID, Cache-Control, X-Request-Id, Content-Type"
                              : "Last-Event-ID, Cache-Control, X-Request-Id");
        to.emplace_back("Access-Control-Max-Age", "86400");
    }
}

}  // namespace tickertape::http
