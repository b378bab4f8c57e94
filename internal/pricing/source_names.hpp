// What a price is said to come from: "coinbase", "binance(USDT)", "median(coinbase,kraken)",
// "weighted(coinbase,kraken)", "derived(BTC-USD*USD-INR)".
//
// The name of a price is usually that of the one before it, so it is made and looked up only when
// whom it names has changed. When the names of all the combinations there have been fill the table,
// prices go on under a short name that hides no stand-in.
//
// Threads: the feed's strand.
#pragma once

#include "core/source.hpp"
#include "core/usd_standin.hpp"
#include "pricing/cross_rate.hpp"
#include "pricing/price_policy.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tickertape::pricing {

class source_names {
public:
    // One provider's part in a price.
    struct part {
        std::size_t provider;
        usd_standin as;

        friend bool operator==(const part&, const part&) = default;
    };
    using parts = boost::container::static_vector<part, providers_max>;

    // All referred to outlives this.
    source_names(
        source_table& table, const symbol_table& symbols, std::vector<std::string> providers);

    // Of a price of `symbol` made of `of` that way; `of` has at least one. None: there is no room
    // even for a short name.
    std::optional<source_id> of_parts(symbol_id symbol, const parts& of, policy_kind by);
    // Of a derived price whose legs have these stand-ins among what made them.
    std::optional<source_id> of_derived(const cross_rate& d, usd_standin left, usd_standin right);

private:
    struct named {
        parts whom;
        policy_kind by{};
        std::optional<source_id> derived;  // or else a derived price, of these legs
        usd_standin left{};
        usd_standin right{};
        source_id id{};
    };

    std::string text(const parts& of, policy_kind by) const;

    source_table& table_;
    const symbol_table& symbols_;
    const std::vector<std::string> providers_;
    std::vector<named> last_;  // by symbol
};

}  // namespace tickertape::pricing
