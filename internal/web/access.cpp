#include "web/access.hpp"

#include <algorithm>

namespace tickertape {

access_policy::access_policy(std::vector<std::string> origins)
    : origins_{std::move(origins)}, any_{origins_.size() == 1 && origins_.front() == "*"}
{
}

namespace {

// One field with a list: caches are known to read only one of several.
void add_to_vary(access_policy::headers& to, std::string_view name)
{
    const auto found = std::ranges::find(to, "Vary", &access_policy::headers::value_type::first);
    if (found == to.end())
        to.emplace_back("Vary", name);
    else
        found->second.append(", ").append(name);
}

}  // namespace

void access_policy::add_headers(headers& to, std::string_view origin, bool preflight) const
{
    if (!any_) {
        if (origins_.empty())
            return;
        // The answer depends on who asks, and a cache in between has to know.
        add_to_vary(to, "Origin");
        if (std::ranges::find(origins_, origin) == origins_.end())
            return;
    }
    to.emplace_back("Access-Control-Allow-Origin", any_ ? std::string{"*"} : std::string{origin});
    to.emplace_back("Access-Control-Expose-Headers", "X-Request-Id");
    if (preflight) {
        to.emplace_back("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
        to.emplace_back(
            "Access-Control-Allow-Headers", "Last-Event-ID, Cache-Control, X-Request-Id");
        to.emplace_back("Access-Control-Max-Age", "86400");
    }
}

}  // namespace tickertape
