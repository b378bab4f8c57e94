#include "feed/failures.hpp"

#include "core/fetch_error.hpp"

#include <algorithm>

namespace tickertape::feed {

void failures::add(std::string_view symbol, const fetch_error& error)
{
    auto cause = std::ranges::find_if(causes_, [&](const counted& c) {
        return c.error.code == error.code && c.error.detail == error.detail &&
               c.error.http_status == error.http_status;
    });
    if (cause == causes_.end())
        cause = causes_.insert(cause, {error, {}, 0});
    if (cause->count++ >= names_max)
        return;
    cause->names += cause->names.empty() ? "" : ",";
    cause->names += symbol;
}

std::vector<failures::group> failures::grouped() const
{
    std::vector<group> groups;
    for (const auto& c : causes_) {
        auto symbols = c.names;
        if (c.count > names_max)
            symbols += " +" + std::to_string(c.count - names_max);
        groups.push_back({c.error, std::move(symbols)});
    }
    return groups;
}

}  // namespace tickertape::feed
