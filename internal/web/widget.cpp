#include "web/widget.hpp"

#include "http/problem.hpp"
#include "web/front_page.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"

#include <algorithm>
#include <array>
#include <variant>

namespace tickertape::web {
namespace {

constexpr std::array<std::string_view, 3> themes{"system", "light", "dark"};
constexpr std::string_view accepted_themes = "system, light, dark";

using facts_or_problem = std::variant<page_facts, http::problem>;

facts_or_problem facts_for(const site& s, const http::request& r)
{
    static constexpr std::array<std::string_view, 2> known_names{"symbol", "theme"};
    if (auto wrong = wrong_parameters(r.url, known_names))
        return *std::move(wrong);
    const auto theme = r.url.parameter("theme").value_or(themes.front());
    if (std::ranges::find(themes, theme) == themes.end())
        return http::bad_parameter(
            "theme", "there is no theme " + http::quoted(theme), accepted_themes);
    const auto& symbols = s.prices.symbols();
    auto id = std::optional{symbols.all().front()};
    if (const auto name = r.url.parameter("symbol")) {
        id = symbols.find(*name);
        if (!id)
            return unknown_symbol(*name, symbols);
    }
    auto facts = price_facts(s, *id, r.boot_now);
    facts.theme = theme;
    facts.heartbeat_ms = std::to_string(s.heartbeat.count());
    return facts;
}

page_facts facts_of(const http::problem& refused)
{
    page_facts facts;
    facts.problem = refused.detail;
    if (!refused.accepted.empty())
        facts.problem += " (accepted: " + refused.accepted + ")";
    return facts;
}

}  // namespace

widget::widget(const site& of) : of_{of}, page_{of, "widget.html", framed_by::anybody} {}

http::response widget::get(const http::request& r) const
{
    const auto wanted = tape::within_an_era(of_.prices, [&] { return facts_for(of_, r); });
    const auto* refused = std::get_if<http::problem>(&wanted);
    if (refused == nullptr)
        return page_.get(r, std::get<page_facts>(wanted));
    auto out = page_.get(r, facts_of(*refused));
    if (out.status == 200)
        out.status = refused->status;
    return out;
}

void add_widget_route(http::router& to, const site& of)
{
    to.add(
        "/embed", [page = widget{of}](const http::request& r) { return page.get(r); },
        "a price for a frame of another page: symbol, theme");
}

}  // namespace tickertape::web
