// Money of the market's table in the currency that was asked for.
//
// Pure. Threads: any.
#pragma once

#include "core/significant.hpp"
#include "core/text.hpp"
#include "market/figure_text.hpp"
#include "web/currency.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace tickertape::web {

// Of what follows from a rate, which has some five digits.
inline constexpr int converted_digits = 12;

// What money is shown in. Dollars are shown as the sources say them.
class money_of {
public:
    money_of() = default;
    explicit money_of(rate_of_day rate) : rate_{std::move(rate)} {}

    const std::optional<rate_of_day>& rate() const noexcept { return rate_; }
    std::string code() const { return rate_ ? lower_case(rate_->code) : "usd"; }
    bool is_stale() const noexcept { return rate_ && rate_->is_stale; }

    std::optional<double> figure(const std::optional<double>& dollars) const
    {
        if (!dollars || !rate_ || !std::isfinite(*dollars * rate_->value))
            return dollars;
        return rounded_to_digits(*dollars * rate_->value, converted_digits);
    }
    std::string figures(const std::string& dollars) const
    {
        return rate_ ? market::scaled_figures(dollars, rate_->value) : dollars;
    }

private:
    std::optional<rate_of_day> rate_;
};

}  // namespace tickertape::web
