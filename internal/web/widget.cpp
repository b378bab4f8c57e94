#include "web/widget.hpp"

#include "http/problem.hpp"
#include "web/asset.hpp"
#include "web/embedded_page.hpp"
#include "web/front_page.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"

#include <algorithm>
#include <array>
#include <variant>

namespace tickertape::web {
namespace {

constexpr std::string_view file_name = "widget.html";
constexpr std::array<std::string_view, 3> themes{"system", "light", "dark"};
constexpr std::string_view accepted_themes = "system, light, dark";

// " 'sha256-...'" for each text between these tags, or " 'none'".
std::string digests_between(std::string_view page, std::string_view opening, std::string_view end)
{
    std::string list;
    for (auto at = page.find(opening); at != std::string_view::npos; at = page.find(opening, at)) {
        at += opening.size();
        const auto text = page.substr(at, page.find(end, at) - at);
        list += " 'sha256-" + sha256_base64(text) + "'";
    }
    return list.empty() ? " 'none'" : list;
}

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

std::string widget_policy(std::string_view page)
{
    return "default-src 'none'; script-src" + digests_between(page, "<script>", "</script>") +
           "; style-src" + digests_between(page, "<style>", "</style>") +
           "; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";
}

widget::made_page widget::make(std::string_view text)
{
    return {.page = page_template{text}, .policy = widget_policy(text)};
}

widget::widget(const site& of) : of_{of}
{
    if (!of.files.is_compiled_in())
        return;
    const auto files = embedded_files();
    const auto found = std::ranges::find(files, file_name, &embedded_file::name);
    if (found != files.end())
        compiled_in_ = make(found->content);
}

http::response widget::get(const http::request& r) const
{
    const auto wanted = tape::within_an_era(of_.prices, [&] { return facts_for(of_, r); });
    const auto* refused = std::get_if<http::problem>(&wanted);
    const auto facts = refused != nullptr ? facts_of(*refused) : std::get<page_facts>(wanted);
    const auto answer = [&](const made_page& made) {
        auto out = answer_with(
            made.page.fill(facts), {.content_type = "text/html; charset=utf-8", .digest = {}}, r,
            plain_head_for);
        if (out.status != 200)
            return out;
        out.headers.emplace_back("Content-Security-Policy", made.policy);
        out.headers.emplace_back("Referrer-Policy", "no-referrer");
        if (refused != nullptr)
            out.status = refused->status;
        return out;
    };
    if (compiled_in_)
        return answer(*compiled_in_);
    const auto text = of_.files.is_compiled_in() ? std::nullopt : of_.files.read_page(file_name);
    return text ? answer(make(*text)) : http::to_response(http::not_found());
}

void add_widget_route(http::router& to, const site& of)
{
    to.add(
        "/embed", [page = widget{of}](const http::request& r) { return page.get(r); },
        "a price for a frame of another page: symbol, theme");
}

}  // namespace tickertape::web
