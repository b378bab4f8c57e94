// The market behind all venues: a true price per symbol, walking at random, and near it what each
// venue quotes. It remembers for some minutes what honest venues quoted, so that a test can tell a
// price that somebody really quoted from one that nobody did.
//
// Threads: one.
#pragma once

#include "support/fake_venue/wire_text.hpp"

#include <cstdint>
#include <deque>
#include <random>

namespace fake_venue {

struct market_settings {
    std::vector<std::string> symbols;
    std::uint64_t seed = 1;
    double step_max = 0.0002;    // of the price, per step
    double offset_max = 0.0005;  // how far from the true price a venue quotes
    std::chrono::seconds memory{600};
};

struct traded_pair {
    std::string symbol;  // "BTC-USD"
    std::string base;
    std::string quote;
    int decimals;  // as all venues print it
};

struct venue_quote {
    double last;
    double bid;
    double ask;
};

struct price_range {
    double low;
    double high;
};

class market {
public:
    // Throws std::runtime_error on a symbol that is not BASE-QUOTE.
    market(market_settings settings, std::size_t venues, wall_time now);

    // The next prices. They hold from `now` on until the next step.
    void step(wall_time now);

    const std::vector<traded_pair>& pairs() const noexcept { return pairs_; }
    std::optional<std::size_t> find(std::string_view symbol) const;
    const venue_quote& quote(std::size_t venue, std::size_t pair) const;
    // Steps since the start.
    std::uint64_t steps() const noexcept { return steps_; }

    // Between which prices an honest venue's last trade lay from `from` to `to`, the prices that
    // held at `from` included. None: before our memory.
    std::optional<price_range> honest(std::size_t pair, wall_time from, wall_time to) const;

private:
    struct moment {
        wall_time at;
        std::vector<price_range> ranges;  // per pair
    };

    double between_minus_one_and_one();

    market_settings settings_;
    std::size_t venues_;
    std::mt19937_64 random_;
    std::vector<traded_pair> pairs_;
    std::vector<double> truth_;
    std::vector<venue_quote> quotes_;  // venue after venue
    std::deque<moment> history_;
    std::uint64_t steps_ = 0;
};

}  // namespace fake_venue
