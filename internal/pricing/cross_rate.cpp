#include "pricing/cross_rate.hpp"

#include "core/quote.hpp"
#include "core/significant.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace tickertape::pricing {
namespace {

constexpr int digits_told = 12;

using parsed = boost::system::result<cross_rate, cross_rate_error>;

cross_rate_error wrong(std::string_view item, std::string_view what)
{
    return {"\"" + clean_words(item) + "\" " + std::string{what}};
}

// BTC-USD is dollars per bitcoin: the quote above the line, the base below. What stands both above
// and below cancels out; what remains of the legs must be the target.
bool is_fitting(const cross_rate& d, const symbol_table& symbols)
{
    std::array above{
        symbols.quote(d.left), d.divides ? symbols.base(d.right) : symbols.quote(d.right)};
    std::array below{
        symbols.base(d.left), d.divides ? symbols.quote(d.right) : symbols.base(d.right)};
    const auto is_target = [&](std::size_t over, std::size_t under) {
        return above[over] == symbols.quote(d.target) && below[under] == symbols.base(d.target) &&
               above[1 - over] == below[1 - under];
    };
    // A leg never cancels out by itself: that would be a USD-USD, which nobody quotes.
    return is_target(0, 1) || is_target(1, 0);
}

parsed resolve(const cross_rate_names& item, const symbol_table& symbols)
{
    const std::array names{&item.target, &item.left, &item.right};
    std::array<symbol_id, 3> ids{};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto found = symbols.find(*names[i]);
        if (!found)
            return wrong(
                item.text(),
                "needs \"" + *names[i] + "\", which is not one of SYMBOLS; every symbol named is");
        ids[i] = *found;
    }
    const cross_rate d{ids[0], ids[1], ids[2], item.divides};
    if (d.target == d.left || d.target == d.right)
        return wrong(item.text(), "derives a symbol from itself; both legs are other symbols");
    if (!is_fitting(d, symbols))
        return wrong(
            item.text(), "does not fit: the currencies of the legs must cancel out to those of "
                         "the target, as in BTC-INR=BTC-USD*USD-INR and BTC-GBP=BTC-USD/GBP-USD");
    return d;
}

}  // namespace

std::string cross_rate_names::text() const
{
    return target + "=" + left + (divides ? "/" : "*") + right;
}

std::optional<cross_rate_names> parse_cross_rate(std::string_view item)
{
    const auto equals = item.find('=');
    if (equals == std::string_view::npos)
        return std::nullopt;
    const auto legs = item.substr(equals + 1);
    const auto sign = legs.find_first_of("*/");
    if (sign == std::string_view::npos)
        return std::nullopt;
    auto target = normalized_symbol(trimmed(item.substr(0, equals)));
    auto left = normalized_symbol(trimmed(legs.substr(0, sign)));
    auto right = normalized_symbol(trimmed(legs.substr(sign + 1)));
    if (!target || !left || !right)
        return std::nullopt;
    return cross_rate_names{
        *std::move(target), *std::move(left), *std::move(right), legs[sign] == '/'};
}

boost::system::result<std::vector<cross_rate>, cross_rate_error>
resolve_cross_rates(std::span<const cross_rate_names> items, const symbol_table& symbols)
{
    std::vector<cross_rate> all;
    for (const auto& item : items) {
        auto d = resolve(item, symbols);
        if (!d)
            return d.error();
        if (std::ranges::count(all, d->target, &cross_rate::target))
            return wrong(
                item.text(), "derives " + symbols.name(d->target) +
                                 " a second time; each symbol is derived once");
        all.push_back(*d);
    }
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const auto leg : {all[i].left, all[i].right})
            if (std::ranges::count(all, leg, &cross_rate::target))
                return wrong(
                    items[i].text(), "needs " + symbols.name(leg) +
                                         ", which is derived itself; legs are symbols that "
                                         "providers quote");
    return all;
}

std::string
source_text(const cross_rate& d, const symbol_table& symbols, usd_standin left, usd_standin right)
{
    return "derived(" + labelled(symbols.name(d.left), left) + (d.divides ? "/" : "*") +
           labelled(symbols.name(d.right), right) + ")";
}

result<price> derived_price(price left, price right, bool divides) noexcept
{
    const double exact = divides ? left.value() / right.value() : left.value() * right.value();
    if (const auto p = plausible_price(exact); !p)
        return p.error();
    return plausible_price(rounded_to_digits(exact, digits_told));
}

}  // namespace tickertape::pricing
