#include "core/usd_standin.hpp"

#include "core/text.hpp"

namespace tickertape {
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

std::optional<usd_standin> parse_usd_standin(std::string_view text)
{
    const auto upper = upper_case(text);
    for (const auto s : {usd_standin::usdt, usd_standin::usdc})
        if (upper == to_string(s))
            return s;
    return std::nullopt;
}

std::string labelled(std::string_view source, usd_standin standin)
{
    std::string name{source};
    if (standin != usd_standin::none)
        name.append("(").append(to_string(standin)).append(")");
    return name;
}

}  // namespace tickertape
