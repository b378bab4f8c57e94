// GET /api/prices/{symbol}/history: ticks, page by page, as far back as memory or the archive does.
#include "web/history_answers.hpp"
#include "web/history_page.hpp"
#include "web/history_request.hpp"
#include "web/problems.hpp"

#include <utility>
#include <variant>

namespace tickertape::web {
namespace {

using history_question = std::pair<symbol_id, history_request>;

std::variant<history_question, http::problem> read_question(const site& s, const http::request& r)
{
    const auto& name = r.captured[0];
    const auto id = s.prices.symbols().find(name);
    if (!id)
        return unknown_symbol(name, s.prices.symbols());
    auto read = read_history_request(r.url, s.prices, r.now, s.ids_ahead);
    if (auto* bad = std::get_if<http::problem>(&read))
        return std::move(*bad);
    return history_question{*id, std::get<history_request>(read)};
}

http::answer of_memory(const site& s, const http::request& r)
{
    const auto read = read_question(s, r);
    if (const auto* bad = std::get_if<http::problem>(&read))
        return http::to_response(*bad);
    const auto& [id, wanted] = std::get<history_question>(read);
    history_page page{s.prices, s.sources, id, wanted};
    page.read_memory();
    return json_response(page.json());
}

// A new era that begins meanwhile is rare: then all is asked once more.
boost::asio::awaitable<http::answer> of_archive(const site& s, const http::request& r)
{
    for (;;) {
        const auto era = s.prices.era();
        const auto read = read_question(s, r);
        if (const auto* bad = std::get_if<http::problem>(&read))
            co_return http::to_response(*bad);
        const auto& [id, wanted] = std::get<history_question>(read);
        history_page page{s.prices, s.sources, id, wanted};
        if (!page.goes_forwards())
            page.read_memory();
        if (const auto query = page.query()) {
            auto found = co_await ask(*s.history, *query);
            if (found)
                page.take(std::move(*found));
            else if (!page.can_do_without())
                co_return refusal_of(found.error());
        }
        if (page.goes_forwards())
            page.read_memory();
        if (era % 2 == 0 && s.prices.era() == era)
            co_return json_response(page.json());
    }
}

}  // namespace

void add_history_route(http::router& to, const site& of)
{
    constexpr auto pattern = "/api/prices/{}/history";
    constexpr auto about = "the ticks of one symbol: since or after, until or before, limit";
    if (of.history == nullptr) {
        to.add(
            pattern,
            [of](const http::request& r) {
                return tape::within_an_era(of.prices, [&] { return of_memory(of, r); });
            },
            about);
        return;
    }
    to.add(http::route{
        .pattern = pattern,
        .handle =
            http::waiting_handler{
                [of](const http::request& r) -> boost::asio::awaitable<http::answer> {
                    return of_archive(of, r);
                }},
        .about = about});
}

}  // namespace tickertape::web
