// https://frankfurter.dev, version 1 of its interface, which has the ECB's rates alone.
#include "market/currency_rates.hpp"

#include "core/text.hpp"
#include "core/timestamp.hpp"
#include "market/table_rows.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>

namespace tickertape::market {
namespace {

using json::json_errc;

constexpr std::string_view base = "USD";
constexpr std::size_t date_bytes = 10;

// "2026-10-02", neither ahead of us nor a time.
std::optional<std::chrono::sys_days> day_in(const boost::json::value* at, wall_time now)
{
    const auto text = json::text_in(at);
    // Ten digits would be seconds.
    if (!text || text->size() != date_bytes || (*text)[4] != '-')
        return std::nullopt;
    const auto midnight = parse_moment(*text);
    if (!midnight)
        return std::nullopt;
    const auto day = std::chrono::floor<std::chrono::days>(*midnight);
    if (day - std::chrono::floor<std::chrono::days>(now) > rate_ahead_max)
        return std::nullopt;
    return day;
}

bool is_code(std::string_view text)
{
    return text.size() == 3 &&
           std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::optional<currency_rate> rate_in(std::string_view code, const boost::json::value& value)
{
    const double rate = value.is_number() ? json::number_in(value).value_or(0) : 0;
    if (!is_code(code) || !(rate >= rate_min) || !(rate <= rate_max))
        return std::nullopt;
    return currency_rate{std::string{code}, rate};
}

}  // namespace

const currency_rate* currency_rates::find(std::string_view code) const noexcept
{
    const auto found = std::ranges::lower_bound(all, code, {}, &currency_rate::code);
    return found != all.end() && found->code == code ? &*found : nullptr;
}

std::string currency_rates::date() const
{
    return format_rfc3339(wall_time{day}).substr(0, date_bytes);
}

std::optional<std::string> currency_code(std::string_view text)
{
    auto code = upper_case(text);
    if (!is_code(code))
        return std::nullopt;
    return code;
}

net::http_request currency_rates_request()
{
    return {.target = "/latest?base=USD"};
}

// {"amount":1.0,"base":"USD","date":"2026-10-02","rates":{"EUR":0.89087,...}}
// Source: frankfurter.dev, and recorded answers.
fetched<currency_rates> read_currency_rates(const net::http_response& answer, wall_time now)
{
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    const auto* amount = json::member(&*body, "amount");
    if (json::text_in(json::member(&*body, "base")) != base || amount == nullptr ||
        json::number_in(*amount) != 1)
        return fetch_error{json_errc::wrong_type, "the rates are not those of one dollar"};
    const auto day = day_in(json::member(&*body, "date"), now);
    if (!day)
        return fetch_error{json_errc::wrong_type, "date"};
    const auto* rates = json::member(&*body, "rates");
    if (rates == nullptr || !rates->is_object())
        return fetch_error{json_errc::wrong_type, "rates"};
    const auto& members = rates->get_object();
    if (members.size() > currencies_max)
        return fetch_error{
            json_errc::wrong_type, std::to_string(members.size()) + " currencies are no list"};
    currency_rates read{.day = *day, .all = {}};
    for (const auto& each : members) {
        const std::string_view code{each.key().data(), each.key().size()};
        if (code == base)
            continue;
        if (auto one = rate_in(code, each.value()))
            read.all.push_back(*std::move(one));
        else
            ++read.dropped;
    }
    if (read.all.empty())
        return fetch_error{json_errc::missing_field, "no rate can be read"};
    std::ranges::sort(read.all, {}, &currency_rate::code);
    return read;
}

void withhold_jumps(currency_rates& rates, const currency_rates& before)
{
    for (auto& one : rates.all) {
        const auto* known = before.find(one.code);
        if (known == nullptr)
            continue;
        if (std::abs(one.value / known->value - 1) > rate_jump_max)
            one.is_withheld = true;
        else if (rates.day == before.day)
            // The same day again confirms nothing.
            one.is_withheld = known->is_withheld;
    }
}

}  // namespace tickertape::market
