#include "core/usd_standin.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace tickertape {
namespace {

usd_standin standin_of(std::string_view item)
{
    const auto upper = upper_case(item);
    for (const auto s : {usd_standin::usdt, usd_standin::usdc})
        if (upper == to_string(s))
            return s;
    return usd_standin::none;
}

}  // namespace

std::string_view to_string(usd_standin s) noexcept
{
    switch (s) {
    case usd_standin::none:
        return "USD";
    case usd_standin::usdt:
        return "USDT";
    case usd_standin::usdc:
        return "USDC";
    }
    return "unknown";
}

boost::system::result<std::vector<usd_standin>, usd_standin_error>
parse_usd_standins(std::string_view text)
{
    std::vector<usd_standin> standins;
    for (const auto item : list_items(text)) {
        const auto s = standin_of(item);
        if (s == usd_standin::none)
            return usd_standin_error{
                "\"" + clean_words(item) + "\" cannot stand in for the dollar; USDT and USDC can"};
        if (!std::ranges::count(standins, s))
            standins.push_back(s);
    }
    return standins;
}

std::string labelled(std::string_view source, usd_standin standin)
{
    std::string name{source};
    if (standin != usd_standin::none)
        name.append("(").append(to_string(standin)).append(")");
    return name;
}

}  // namespace tickertape
