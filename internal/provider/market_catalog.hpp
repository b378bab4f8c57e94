// What one provider is asked for, market by market, and what it turned out not to have.
//
// A provider that refuses a whole batch because of one market is asked for that batch in smaller
// and smaller parts, over several rounds if need be, until the bad one stands alone; those it
// quotes are no longer suspects, stay together, and are not disturbed. A market it lacks is asked
// for again after a while, because listings come.
//
// No clock and no I/O. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "core/symbol.hpp"
#include "core/usd_standin.hpp"
#include "provider/rest_api.hpp"

#include <span>
#include <vector>

namespace tickertape::provider {

class market_catalog {
public:
    // After so long a market that was missing is asked for again, whether a stand-in was found
    // meanwhile or not; doubled each time it is missing.
    static constexpr std::chrono::seconds again_first{30};
    static constexpr std::chrono::seconds again_most{3600};
    // One that was quoted before is more likely gone for a moment than for good.
    static constexpr std::chrono::seconds again_most_quoted{120};

    // `api` and `symbols` outlive this. A provider without a market in US dollars is asked for the
    // stand-ins instead, in their order.
    market_catalog(
        const rest_api& api, const symbol_table& symbols, std::span<const usd_standin> for_usd);

    // Those of `wanted` that can be asked for at `now`.
    std::vector<market> askable(std::span<const symbol_id> wanted, steady_time now);
    // Takes the next batch off `todo`, which is not empty: good ones before suspects, and as many
    // as the provider takes together. Who begins behind the last of it next time, in the order of
    // the symbols, passes over nobody for ever.
    std::vector<market> next_batch(std::vector<market>& todo) const;

    // The batch was answered. Those in it that were quoted or missing are named below.
    void answered(std::span<const market> batch) noexcept;
    void quoted(symbol_id symbol) noexcept;
    // One of the batch is bad. It is to be asked for again, in smaller batches.
    void refused(std::span<const market> batch) noexcept;
    // Returns whether there is another spelling to try at once.
    bool missing(symbol_id symbol, steady_time now) noexcept;

    bool has_quoted_any(std::span<const market> batch) const noexcept;
    // Whether there is a market that was quoted and is not known to be missing since.
    bool has_any(steady_time now) const noexcept;
    usd_standin standin(symbol_id symbol) const noexcept;
    bool lacks(symbol_id symbol, steady_time now) const noexcept;
    // Whether it is missing for the first time: worth saying.
    bool is_news(symbol_id symbol) const noexcept { return entries_[index_of(symbol)].misses == 1; }

private:
    enum class standing { good, suspect, missing };

    standing standing_of(symbol_id symbol) const noexcept;

    struct entry {
        std::vector<market_spelling> spellings;  // empty: the provider surely has no such market
        std::size_t current = 0;                 // the one in use
        bool was_quoted = false;
        bool suspect = false;          // not quoted since it was missing or in a refused batch
        unsigned misses = 0;           // of the first spelling, in a row
        steady_time first_again_at{};  // when that is worth another try
        steady_time again_at{};        // none of them before this
    };

    const rest_api& api_;
    std::vector<entry> entries_;  // by symbol
    std::size_t probe_max_;       // suspects in one batch
};

}  // namespace tickertape::provider
