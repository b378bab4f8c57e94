#include "web/price_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tickertape::web {
namespace {

constexpr std::size_t decimals_usual = 2;
constexpr std::size_t decimals_most = 12;
constexpr std::size_t group_digits = 3;

struct sign {
    std::string_view currency;
    std::string_view text;
};

// The narrow signs of the Unicode CLDR for the currencies that providers quote. One that ends in a
// letter is set apart from the number, by a blank at which no line ends.
constexpr std::array<sign, 38> signs{{
    {"ARS", "$"},        {"AUD", "$"},        {"BDT", "৳"},        {"BRL", "R$"},
    {"CAD", "$"},        {"CLP", "$"},        {"CNY", "¥"},        {"COP", "$"},
    {"CZK", "Kč\u00a0"}, {"DKK", "kr\u00a0"}, {"EUR", "€"},        {"GBP", "£"},
    {"GEL", "₾"},      {"HKD", "$"},        {"HUF", "Ft\u00a0"}, {"IDR", "Rp\u00a0"},
    {"ILS", "₪"},        {"INR", "₹"},        {"JPY", "¥"},        {"KRW", "₩"},
    {"KZT", "₸"},        {"MXN", "$"},        {"MYR", "RM\u00a0"}, {"NGN", "₦"},
    {"NOK", "kr\u00a0"}, {"NZD", "$"},        {"PHP", "₱"},        {"PKR", "Rs\u00a0"},
    {"PLN", "zł\u00a0"}, {"RUB", "₽"},      {"SEK", "kr\u00a0"}, {"SGD", "$"},
    {"THB", "฿"},        {"TRY", "₺"},        {"TWD", "$"},        {"UAH", "₴"},
    {"USD", "$"},        {"VND", "₫"},
}};

bool can_be_code(std::string_view currency)
{
    return currency.size() == 3 &&
           std::ranges::all_of(currency, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Two decimals suit 69,420.25; a coin worth a fraction of a cent needs its digits. As many of them
// stand behind every price of that size, as in static/format.js.
std::size_t decimals_of(double value)
{
    if (value >= 1)
        return decimals_usual;
    const auto zeros = -std::floor(std::log10(value));
    return static_cast<std::size_t>(std::min<double>(decimals_most, 3 + zeros));
}

// The shortest digits that mean the value, rounded half up where they are more than `decimals`
// behind the point. It has a point.
std::string rounded(double value, std::size_t decimals)
{
    std::array<char, 1'100> shortest;  // of the smallest double there are 1,076 behind the point
    const auto end =
        std::to_chars(shortest.begin(), shortest.end(), value, std::chars_format::fixed).ptr;
    std::string digits{shortest.data(), end};
    if (digits.find('.') == std::string::npos)
        digits += '.';
    const auto cut = digits.find('.') + 1 + decimals;
    if (digits.size() <= cut)
        return digits;
    const bool up = digits[cut] >= '5';
    digits.resize(cut);
    auto at = up ? digits.size() : 0;
    while (at > 0) {
        char& digit = digits[--at];
        if (digit == '.')
            continue;
        if (digit != '9') {
            ++digit;
            return digits;
        }
        digit = '0';
    }
    return up ? "1" + digits : digits;
}

std::string number_text(double value)
{
    const auto decimals = decimals_of(value);
    auto text = rounded(value, decimals);
    const auto point = text.find('.');
    text.resize(point + 1 + decimals, '0');
    for (auto at = point; at > group_digits;) {
        at -= group_digits;
        text.insert(at, 1, ',');
    }
    return text;
}

}  // namespace

std::string price_text(price p, std::string_view currency)
{
    auto number = number_text(p.value());
    if (currency.empty())
        return number;
    if (!can_be_code(currency))
        return number + " " + std::string{currency};
    const auto found = std::ranges::find(signs, currency, &sign::currency);
    if (found != signs.end())
        return std::string{found->text} + number;
    return std::string{currency} + "\u00a0" + number;
}

}  // namespace tickertape::web
