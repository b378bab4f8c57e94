#include "web/spreadsheet.hpp"

#include "core/text.hpp"
#include "core/timestamp.hpp"
#include "web/problems.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

namespace tickertape::web {
namespace {

constexpr std::string_view heading = "symbol,price,currency,source,time,age_seconds,stale\r\n";

// "69420.25" or "0.00000001": the shortest digits that mean the price, without an exponent, which
// not every reader of numbers knows.
std::string plain_digits(price p)
{
    std::array<char, 1'100> digits;  // of the smallest double there are 1,076 behind the point
    const auto end = std::to_chars(
        digits.data(), digits.data() + digits.size(), p.value(), std::chars_format::fixed);
    return {digits.data(), end.ptr};
}

// "3.877"
std::string seconds_text(std::chrono::milliseconds span)
{
    auto text = std::to_string(span.count() % 1'000 + 1'000);
    text.front() = '.';
    return std::to_string(span.count() / 1'000) + text;
}

// RFC 4180. A text that a spreadsheet would run as a formula has an apostrophe before it, as in the
// files that the page writes (static/model/download.js).
std::string cell(std::string_view text)
{
    std::string safe;
    if (!text.empty() && std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos)
        safe = '\'';
    safe += text;
    if (safe.find_first_of(",\"\r\n") == std::string::npos)
        return safe;
    std::string quoted{'"'};
    for (const char c : safe)
        quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

http::response fresh_answer(std::string_view content_type, std::string body)
{
    http::response r;
    r.content_type = content_type;
    r.body = std::move(body);
    r.headers.emplace_back("Cache-Control", "no-store");
    return r;
}

http::response stale_price(std::string_view symbol, std::chrono::milliseconds age)
{
    return refusal_for_now(
        {.status = 503,
         .type = "stale-price",
         .detail = "the newest price of " + std::string{symbol} + " is " + words_of_span(age) +
                   " old; the same address without .txt, or with .csv, has it with its age"});
}

// What is known of the newest price.
std::optional<sheet_price> known_of(const site& s, symbol_id id, boot_time now)
{
    const auto observed = s.prices.observed(id);  // asked first, so that no age is too small
    const auto newest = s.prices.newest_tick(id);
    if (!newest || !observed)
        return std::nullopt;
    const auto& symbols = s.prices.symbols();
    return sheet_price{
        symbols.name(id),
        symbols.quote(id),
        newest->value,
        s.sources.name(newest->source),
        newest->at.time(),
        staleness::age(*observed, now),
        s.stale.is_stale(*observed, now)};
}

}  // namespace

sheet_name read_sheet_name(std::string_view name) noexcept
{
    struct ending {
        std::string_view text;
        sheet_format format;
    };
    static constexpr std::array<ending, 2> endings{
        {{".txt", sheet_format::text}, {".csv", sheet_format::csv}}};
    for (const auto& [text, format] : endings) {
        if (name.size() < text.size())
            continue;
        const auto last = name.substr(name.size() - text.size());
        if (std::ranges::equal(last, text, {}, lower))
            return {name.substr(0, name.size() - text.size()), format};
    }
    return {name, sheet_format::json};
}

http::response price_as_text(const site& s, symbol_id id, boot_time now)
{
    const auto known = known_of(s, id, now);
    return known ? price_as_text(*known)
                 : refusal_for_now(no_price_yet(s.prices.symbols().name(id)));
}

http::response price_as_text(const sheet_price& of)
{
    if (of.is_stale)
        return stale_price(of.symbol, of.age);
    return fresh_answer("text/plain; charset=utf-8", plain_digits(of.value) + '\n');
}

http::response price_as_csv(const site& s, symbol_id id, boot_time now)
{
    const auto known = known_of(s, id, now);
    return known ? price_as_csv(*known)
                 : refusal_for_now(no_price_yet(s.prices.symbols().name(id)));
}

http::response price_as_csv(const sheet_price& of)
{
    std::string body{heading};
    body += cell(of.symbol) + ',' + plain_digits(of.value) + ',';
    body += cell(of.currency) + ',' + cell(of.source) + ',';
    body += format_rfc3339(of.time) + ',' + seconds_text(of.age) + ',';
    body += of.is_stale ? "true\r\n" : "false\r\n";
    return fresh_answer("text/csv; charset=utf-8; header=present", std::move(body));
}

}  // namespace tickertape::web
