#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cassert>

namespace tickertape::http {
namespace {

using method_set = std::bitset<8>;

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

bool answers(const route& r, method what)
{
    const auto asked = what == method::head ? method::get : what;
    return std::ranges::find(r.methods, asked) != r.methods.end();
}

method_set methods_of(const route& r)
{
    method_set set;
    for (const auto m : r.methods)
        set.set(static_cast<std::size_t>(m));
    return set;
}

// "GET, HEAD, OPTIONS"
std::string listed(method_set set)
{
    static constexpr std::array order{method::get,   method::head,   method::post,   method::put,
                                      method::patch, method::remove, method::options};
    if (set.test(static_cast<std::size_t>(method::get)))
        set.set(static_cast<std::size_t>(method::head));
    set.set(static_cast<std::size_t>(method::options));
    std::string list;
    for (const auto m : order)
        if (set.test(static_cast<std::size_t>(m)))
            list.append(list.empty() ? "" : ", ").append(name_of(m));
    return list;
}

response allowed_only(const std::string& allowed)
{
    response r = to_response(
        {.status = 405, .type = "method-not-allowed", .detail = "allowed here: " + allowed});
    r.headers.emplace_back("Allow", allowed);
    return r;
}

response options(const std::string& allowed)
{
    response r;
    r.status = 204;
    r.headers.emplace_back("Allow", allowed);
    return r;
}

}  // namespace

void router::add(route r)
{
    assert(!r.pattern.empty() && r.pattern.front() == '/');
    auto segments = split(r.pattern);
    if (r.name.empty())
        r.name = r.pattern;
    entries_.push_back({std::move(r), std::move(segments)});
}

void router::add(std::string pattern, handler h, std::string about)
{
    add(route{.pattern = std::move(pattern), .handle = std::move(h), .about = std::move(about)});
}

void router::explain_unknown(std::function<problem(const request&)> in_words)
{
    unknown_ = std::move(in_words);
}

std::vector<const route*> router::routes() const
{
    std::vector<const route*> all;
    for (const auto& e : entries_)
        all.push_back(&e.what);
    return all;
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

// The first pattern that matches the path decides; routes of other methods with the same pattern
// belong to it.
router::match router::find(const request& r) const
{
    match found;
    if (r.target == "*" && r.what == method::options) {
        method_set all;
        for (const auto& e : entries_)
            all |= methods_of(e.what);
        found.allowed = listed(all);
        found.answer = options(found.allowed);
        found.name = "*";
        return found;
    }
    if (!r.has_valid_target) {
        found.answer = to_response(
            {.status = 400,
             .type = "bad-target",
             .detail = "the request target is not a valid path and query"});
        return found;
    }
    const auto first = std::ranges::find_if(
        entries_, [&](const entry& e) { return matches(e, r.url.segments, found.captured); });
    if (first == entries_.end()) {
        found.answer = to_response(unknown_ ? unknown_(r) : not_found());
        return found;
    }
    found.at = &first->what;
    method_set methods;
    bool is_answered = false;
    for (auto e = first; e != entries_.end(); ++e) {
        if (e->what.pattern != first->what.pattern)
            continue;
        methods |= methods_of(e->what);
        found.reads_body = found.reads_body || e->what.reads_body;
        if (!is_answered && answers(e->what, r.what)) {
            is_answered = true;
            found.at = &e->what;
        }
    }
    found.name = found.at->name;
    found.allowed = listed(methods);
    if (r.what == method::options && !is_answered)
        found.answer = options(found.allowed);
    else if (!is_answered)
        found.answer = allowed_only(found.allowed);
    return found;
}

const route* router::find_path(std::string_view target) const
{
    const auto url = parse_target(target);
    if (!url)
        return nullptr;
    std::vector<std::string> captured;
    for (const auto& e : entries_)
        if (matches(e, url->segments, captured))
            return &e.what;
    return nullptr;
}

}  // namespace tickertape::http
