#include "web/front_page.hpp"

#include "core/timestamp.hpp"
#include "http/problem.hpp"
#include "web/asset.hpp"
#include "web/embedded_page.hpp"
#include "web/price_text.hpp"

#include <algorithm>
#include <array>

namespace tickertape::web {
namespace {

// Sources whose prices are no market's, which the page must say.
constexpr std::array<std::string_view, 3> other_origins{"simulator", "replay", "pipe"};

// "2024-04-07T21:31:16.123Z" as "2024-04-07 21:31:16 UTC"
std::string in_words(std::string_view rfc3339)
{
    std::string text{rfc3339.substr(0, rfc3339.find('.'))};
    std::ranges::replace(text, 'T', ' ');
    return text + " UTC";
}

// The tabs that this server has something for, between blanks.
std::string tabs_of(const site& of)
{
    std::string names;
    const auto add = [&names](bool is_there, std::string_view name) {
        if (is_there)
            names.append(names.empty() ? "" : " ").append(name);
    };
    add(of.market != nullptr, "market");
    add(of.network != nullptr, "bitcoin");
    add(of.news != nullptr, "news");
    add(of.history != nullptr, "compare");
    return names;
}

}  // namespace

page_facts price_facts(const site& s, symbol_id id, boot_time now)
{
    const auto& symbols = s.prices.symbols();
    page_facts facts;
    facts.symbol = symbols.name(id);
    const auto observed = s.prices.observed(id);  // asked first, so that no age is too small
    const auto newest = s.prices.newest_tick(id);
    if (!newest || !observed)
        return facts;
    const auto time = newest->at.time();
    const auto source = s.sources.name(newest->source);
    facts.price = price_text(newest->value, symbols.quote(id));
    facts.price_number = newest->value.text();
    facts.time = format_rfc3339(time);
    facts.time_text = in_words(facts.time);
    facts.source = source;
    if (std::ranges::find(other_origins, source) != other_origins.end())
        facts.origin = source;
    facts.stale = s.stale.is_stale(*observed, now) ? "true" : "false";
    return facts;
}

front_page::front_page(const site& of) : of_{of}
{
    if (of.files.is_compiled_in())
        compiled_in_.emplace(embedded_page());
}

page_facts front_page::facts_for(const http::request& r) const
{
    const auto& symbols = of_.prices.symbols();
    auto facts = price_facts(
        of_, symbols.find(r.url.parameter("symbol").value_or("")).value_or(symbols.all().front()),
        r.boot_now);
    facts.tabs = tabs_of(of_);
    // "/coin/bitcoin": what the page links to is relative, and begins where "/" is.
    if (r.url.segments.size() == 2 && r.url.segments.front() == "coin")
        facts.root = "../";
    return facts;
}

http::response front_page::get(const http::request& r) const
{
    const auto facts = tape::within_an_era(of_.prices, [&] { return facts_for(r); });
    const auto answer = [&r](std::string page) {
        return answer_with(
            std::move(page), {.content_type = "text/html; charset=utf-8", .digest = {}}, r,
            head_for);
    };
    if (compiled_in_)
        return answer(compiled_in_->fill(facts));
    const auto text = of_.files.read_page();
    if (!text)
        return http::to_response(http::not_found());
    return answer(page_template{*text}.fill(facts));
}

}  // namespace tickertape::web
