// Decides when to ask for the lease, and whether this instance leads.
//
// A leader believes its own monotonic clock alone: its lease ends when four fifths of its lifetime
// have passed since before it asked, whatever the log's server says. An instance whose wall clock
// differs too much from the server's does not ask at all, because positions are times.
//
// No clock, no I/O, no randomness of its own. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "relay/shared_log.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tickertape::relay {

class lease_keeper {
public:
    using milliseconds = std::chrono::milliseconds;

    struct limits {
        milliseconds lifetime{3'000};
        milliseconds skew_max{500};
        // How often one asks who does not lead, on average: half of it to one and a half of it.
        milliseconds asks_each{300};
        // After the leader has said that it leaves.
        milliseconds asks_soon{20};
        milliseconds soon_for{1'000};
        // The first wait after a failure and the longest, from which each differs by half. Far
        // less than the time in which a log that has forgotten is healed.
        milliseconds retry_first{100};
        milliseconds retry_most{400};
    };

    lease_keeper(limits bounds, steady_time start) noexcept : limits_{bounds}, due_{start} {}

    // When to ask the next time.
    steady_time due() const noexcept { return due_; }
    // Whether to ask for the lease; else only for the state of the log.
    bool may_lead() const noexcept { return !is_skewed_ && !has_left_; }

    // `asked`: read before the call; `random`: any number.
    void answered(
        const lease_answer& heard, const moment& asked, const moment& now, std::uint64_t random);
    void
    looked(const log_state& heard, const moment& asked, const moment& now, std::uint64_t random);
    void failed(steady_time now, std::uint64_t random);
    // The lease is not ours any more, and whose it is was not said: it was given back, or an append
    // was refused.
    void lost(steady_time now) noexcept;
    // What was heard last may not be so any more.
    void ask_now(steady_time now) noexcept { due_ = now; }
    // The leader has said that it leaves.
    void farewell(steady_time now) noexcept;
    // This instance does not lead any more, ever.
    void leave() noexcept;

    bool leads(steady_time now) const noexcept { return until_ && now < *until_; }
    // When leads() ends; none where it does not lead.
    std::optional<steady_time> until() const noexcept { return until_; }
    // Whose lease it is, as last heard; empty: nobody's.
    const std::string& holder() const noexcept { return holder_; }
    // How far our wall clock is ahead of the server's; none before the first answer.
    std::optional<milliseconds> skew() const noexcept { return skew_; }

private:
    void measure(const log_state& heard, const moment& asked, const moment& now) noexcept;

    const limits limits_;
    steady_time due_;
    std::optional<steady_time> until_;
    std::optional<steady_time> soon_until_;
    std::string holder_;
    std::string leaving_;  // who has said farewell
    std::optional<milliseconds> skew_;
    bool is_skewed_ = true;  // until the first answer
    bool has_left_ = false;
    milliseconds retry_{0};
};

}  // namespace tickertape::relay
