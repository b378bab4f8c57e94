#include "support/fake_venue/market.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace fake_venue {
namespace {

struct usual_price {
    std::string_view asset;
    double usd;
};

constexpr std::array usual_prices{
    usual_price{"USD", 1},      usual_price{"USDT", 1},    usual_price{"USDC", 1},
    usual_price{"EUR", 1.08},   usual_price{"GBP", 1.27},  usual_price{"INR", 0.012},
    usual_price{"BTC", 64'000}, usual_price{"ETH", 3100},  usual_price{"SOL", 150},
    usual_price{"XRP", 0.5},    usual_price{"DOGE", 0.12}, usual_price{"SHIB", 0.000018},
    usual_price{"LTC", 80},     usual_price{"ADA", 0.45},  usual_price{"BNB", 580},
};

// Of an asset not in the table: anything from 0.1 to 1000, always the same.
double made_up_price(std::string_view asset)
{
    std::uint64_t mixed = 1469598103934665603U;
    for (const char c : asset)
        mixed = (mixed ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return std::pow(10.0, -1 + 4 * (static_cast<double>(mixed % 10'000) / 10'000));
}

double price_in_usd(std::string_view asset)
{
    const auto* const found = std::ranges::find(usual_prices, asset, &usual_price::asset);
    return found != usual_prices.end() ? found->usd : made_up_price(asset);
}

// Six significant digits or more, and at least two behind the point.
int decimals_for(double price)
{
    return std::clamp(5 - static_cast<int>(std::floor(std::log10(price))), 2, 10);
}

double rounded(double value, int decimals)
{
    const double scale = std::pow(10.0, decimals);
    return std::round(value * scale) / scale;
}

constexpr double half_spread = 0.0001;

}  // namespace

market::market(market_settings settings, std::size_t venues, wall_time now)
    : settings_{std::move(settings)}, venues_{venues}, random_{settings_.seed}
{
    for (const auto& symbol : settings_.symbols) {
        const auto parts = split(symbol, '-');
        if (parts.size() != 2)
            throw std::runtime_error{"not a symbol: " + symbol};
        const double price = price_in_usd(parts[0]) / price_in_usd(parts[1]);
        pairs_.push_back(
            {symbol, std::string{parts[0]}, std::string{parts[1]}, decimals_for(price)});
        truth_.push_back(price);
    }
    quotes_.resize(venues_ * pairs_.size());
    step(now);
}

double market::between_minus_one_and_one()
{
    return static_cast<double>(random_() >> 11U) * 0x1p-52 - 1;
}

void market::step(wall_time now)
{
    moment next{now, std::vector<price_range>(pairs_.size())};
    for (std::size_t p = 0; p < pairs_.size(); ++p) {
        truth_[p] *= 1 + settings_.step_max * between_minus_one_and_one();
        auto& range = next.ranges[p];
        range = {truth_[p] * 2, 0};
        for (std::size_t v = 0; v < venues_; ++v) {
            const int decimals = pairs_[p].decimals;
            const double last = rounded(
                truth_[p] * (1 + settings_.offset_max * between_minus_one_and_one()), decimals);
            quotes_[v * pairs_.size() + p] = {
                last, rounded(last * (1 - half_spread), decimals),
                rounded(last * (1 + half_spread), decimals)};
            range.low = std::min(range.low, last);
            range.high = std::max(range.high, last);
        }
    }
    history_.push_back(std::move(next));
    while (history_.size() > 1 && history_.front().at < now - settings_.memory)
        history_.pop_front();
    ++steps_;
}

std::optional<std::size_t> market::find(std::string_view symbol) const
{
    const auto found = std::ranges::find(pairs_, symbol, &traded_pair::symbol);
    if (found == pairs_.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - pairs_.begin());
}

const venue_quote& market::quote(std::size_t venue, std::size_t pair) const
{
    return quotes_[venue * pairs_.size() + pair];
}

std::optional<price_range> market::honest(std::size_t pair, wall_time from, wall_time to) const
{
    auto first = std::ranges::upper_bound(history_, from, {}, &moment::at);
    if (first != history_.begin())
        --first;  // what held at `from` was said before it
    std::optional<price_range> all;
    for (auto m = first; m != history_.end() && m->at <= to; ++m) {
        const auto& r = m->ranges[pair];
        all = all ? price_range{std::min(all->low, r.low), std::max(all->high, r.high)} : r;
    }
    return all;
}

}  // namespace fake_venue
