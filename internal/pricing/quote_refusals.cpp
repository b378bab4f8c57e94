#include "pricing/quote_refusals.hpp"

#include <utility>

namespace tickertape::pricing {

quote_refusals::quote_refusals(std::size_t symbols, std::size_t providers)
    : by_provider_(providers), last_(symbols * providers)
{
}

bool quote_refusals::refused(
    std::size_t provider, symbol_id symbol, const boost::system::error_code& why, steady_time now)
{
    auto& before = last_[index(provider, symbol)];
    auto& r = by_provider_[provider][why];
    if (before != why) {
        if (before.failed())
            forget(provider, before);
        before = why;
        if (r.symbols++ == 0 && r.is_said && now - r.last >= calm)
            r.is_said = false;
    }
    r.last = now;
    return !std::exchange(r.is_said, true);
}

void quote_refusals::forget(std::size_t provider, boost::system::error_code& why) noexcept
{
    const auto found = by_provider_[provider].find(why);
    if (found != by_provider_[provider].end())
        --found->second.symbols;
    why = {};
}

}  // namespace tickertape::pricing
