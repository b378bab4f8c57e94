// A price that wanders: what the simulator publishes. The same seed gives the same walk everywhere.
// No clock, no I/O.
#pragma once

#include "core/price.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

namespace tickertape::synthetic {

struct walk_settings {
    std::uint64_t seed = 0;
    double start = 0;        // finite and positive
    double step_max = 0.02;  // of the price; above 0 and below 1
    // Where it is now; none, or further from the start than it could have come: at the start.
    std::optional<price> now{};
};

class random_walk {
public:
    explicit random_walk(const walk_settings& settings) noexcept;

    price now() const noexcept { return now_; }
    // Goes on from that price, unless it is further from the start than the walk could have come.
    void go_on_from(price p) noexcept;
    // The next price: at most step_max away, finite, positive, within a factor of ten of the start,
    // and rounded as its size deserves: to cents from 1,000 up, to six digits below.
    price next() noexcept;
    // A price so many steps on, as if they had been made one by one: as far away as they would
    // have led by chance, within the same bounds.
    price after(double steps) noexcept;

private:
    double uniform() noexcept;
    double step() noexcept;

    std::mt19937_64 random_;  // the standard fixes its output; not that of its distributions
    double start_;
    double step_max_;
    price now_;
};

// What a unit of `base` costs in `quote`, roughly: where a walk starts.
double likely_price(std::string_view base, std::string_view quote) noexcept;

}  // namespace tickertape::synthetic
