#include "web/page_template.hpp"

#include <algorithm>
#include <array>

namespace tickertape::web {
namespace {

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";

struct place {
    std::string_view name;
    std::string page_facts::*fact;
};
constexpr std::array<place, 13> places{{
    {"symbol", &page_facts::symbol},
    {"price", &page_facts::price},
    {"price_number", &page_facts::price_number},
    {"time", &page_facts::time},
    {"time_text", &page_facts::time_text},
    {"source", &page_facts::source},
    {"origin", &page_facts::origin},
    {"stale", &page_facts::stale},
    {"tabs", &page_facts::tabs},
    {"root", &page_facts::root},
    {"theme", &page_facts::theme},
    {"heartbeat_ms", &page_facts::heartbeat_ms},
    {"problem", &page_facts::problem},
}};

void append_escaped(std::string& out, std::string_view text)
{
    for (const char c : text)
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
}

}  // namespace

page_template::page_template(std::string_view text)
{
    std::size_t from = 0;  // what lies before it is in pieces_
    for (auto at = text.find(opening); at != std::string_view::npos;
         at = text.find(opening, at + 1)) {
        const auto rest = text.substr(at + opening.size());
        const auto found = std::ranges::find_if(places, [&](const place& p) {
            return rest.starts_with(p.name) && rest.substr(p.name.size()).starts_with(closing);
        });
        if (found == places.end())
            continue;
        pieces_.push_back({text.substr(from, at - from), found->fact});
        from = at + opening.size() + found->name.size() + closing.size();
    }
    pieces_.push_back({text.substr(from), nullptr});
}

std::string page_template::fill(const page_facts& with) const
{
    std::string out;
    for (const auto& [before, fact] : pieces_) {
        out += before;
        if (fact != nullptr)
            append_escaped(out, with.*fact);
    }
    return out;
}

}  // namespace tickertape::web
