// Stops the asking of a provider that keeps failing, and probes it until it is well again.
//
//   closed     every request goes out; `failures_max` failures in a row open it
//   open       none goes out until its time is over; each opening in a row is twice as long
//   half_open  one request at a time goes out as a probe: success closes it, failure opens it again
//
// Each request that goes out holds a permit, through which it says how it ended. A request that
// went out before the breaker last opened is out of date: however it ends, it neither opens nor
// closes the breaker, and it is not taken for the probe.
//
// No clock of its own: the time is handed in, and never steps back. Threads: one.
#pragma once

#include "core/clock.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace tickertape::provider {

struct breaker_limits {
    unsigned failures_max = 5;
    std::chrono::milliseconds open_first{5'000};
    std::chrono::milliseconds open_most{120'000};

    friend bool operator==(const breaker_limits&, const breaker_limits&) = default;
};

class circuit_breaker {
public:
    enum class state : std::uint8_t { closed, open, half_open };

    // The right to send one request. Its end is said at most once. A permit that is destroyed
    // before that stands for a request that was abandoned, which says nothing of the provider.
    // The breaker outlives it.
    class permit {
    public:
        permit(permit&& other) noexcept
            : of_{std::exchange(other.of_, nullptr)}, number_{other.number_}
        {
        }
        permit& operator=(permit&& other) noexcept
        {
            permit moved{std::move(other)};
            std::swap(of_, moved.of_);
            std::swap(number_, moved.number_);
            return *this;
        }
        ~permit();

        void succeeded() noexcept;
        // `random` in [0, 1) spreads the end of an opening over its last quarter, so that clients
        // that were refused together do not come back together. No opening is longer than
        // open_most.
        void failed(steady_time now, double random) noexcept;
        // Whether the breaker has not opened since the request went out.
        bool is_up_to_date() const noexcept { return of_->is_up_to_date(number_); }

    private:
        friend circuit_breaker;
        permit(circuit_breaker& of, std::uint64_t number) noexcept : of_{&of}, number_{number} {}

        circuit_breaker* of_;  // null once the end was said
        std::uint64_t number_;
    };

    explicit circuit_breaker(breaker_limits limits) noexcept : limits_{limits} {}
    circuit_breaker(const circuit_breaker&) = delete;
    circuit_breaker& operator=(const circuit_breaker&) = delete;

    // Returns a permit if a request may go out at `now`. An open breaker whose time is over becomes
    // half open.
    [[nodiscard]] std::optional<permit> admit(steady_time now) noexcept;
    // The provider failed in a way that no single request shows. Ignored while the breaker is open
    // or a probe is out. `random` as for a permit.
    void failed(steady_time now, double random) noexcept;

    const breaker_limits& limits() const noexcept { return limits_; }
    state current() const noexcept { return state_; }
    // When an open breaker next admits a probe.
    steady_time open_until() const noexcept { return open_until_; }

private:
    bool is_up_to_date(std::uint64_t number) const noexcept { return number >= since_opening_; }
    void close() noexcept;
    void count_failure(steady_time now, double random) noexcept;
    void open(steady_time now, double random) noexcept;

    breaker_limits limits_;
    state state_ = state::closed;
    unsigned failures_ = 0;  // in a row, while closed
    unsigned openings_ = 0;  // in a row
    bool probing_ = false;   // only while half open: a probe is out
    // Permits are numbered. Those from `since_opening_` on were given since the last opening.
    std::uint64_t next_ = 0;
    std::uint64_t since_opening_ = 0;
    steady_time open_until_{};
};

std::string_view to_string(circuit_breaker::state s) noexcept;

}  // namespace tickertape::provider
