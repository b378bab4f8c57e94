#include "web/router.hpp"

namespace tickertape {
namespace {

std::vector<std::string> split(std::string_view path)
{
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto slash = path.find('/');
        segments.emplace_back(path.substr(0, slash));
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash);
    }
    if (segments.size() == 1 && segments.front().empty())
        segments.clear();
    return segments;
}

response allowed_only()
{
    response r = to_response(
        {.status = 405,
         .type = "method-not-allowed",
         .detail = std::string{"allowed here: "} + std::string{allowed_methods}});
    r.headers.emplace_back("Allow", allowed_methods);
    return r;
}

response options()
{
    response r;
    r.status = 204;
    r.headers.emplace_back("Allow", allowed_methods);
    return r;
}

}  // namespace

void router::add(std::string pattern, handler h)
{
    auto segments = split(pattern);
    entries_.push_back({std::move(pattern), std::move(segments), std::move(h)});
}

bool router::matches(
    const entry& e, const std::vector<std::string>& path, std::vector<std::string>& captured)
{
    captured.clear();
    for (std::size_t i = 0;; ++i) {
        if (i == e.segments.size())
            return i == path.size();
        if (e.segments[i] == "*") {
            captured.insert(
                captured.end(), path.begin() + static_cast<std::ptrdiff_t>(i), path.end());
            return true;
        }
        if (i == path.size())
            return false;
        if (e.segments[i] == "{}")
            captured.push_back(path[i]);
        else if (e.segments[i] != path[i])
            return false;
    }
}

router::outcome router::route(const request& r) const
{
    if (r.target == "*" && r.what == method::options)
        return {options(), "*"};
    const auto target = parse_target(r.target);
    if (!target)
        return {
            to_response(
                {.status = 400,
                 .type = "bad-target",
                 .detail = "the request target is not a valid path and query"}),
            "none"};
    std::vector<std::string> captured;
    for (const auto& e : entries_) {
        if (!matches(e, target->segments, captured))
            continue;
        switch (r.what) {
        case method::get:
        case method::head:
            return {e.h(r, *target, captured), e.pattern};
        case method::options:
            return {options(), e.pattern};
        case method::other:
            return {allowed_only(), e.pattern};
        }
    }
    return {to_response(not_found()), "none"};
}

}  // namespace tickertape
