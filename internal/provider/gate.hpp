// Whether a provider may be asked now, and how it has been: its rate limit, its circuit breaker and
// the pauses it asked for, in one place, so that nothing is asked past any of them. It belongs to
// the provider: all that ask it share one gate, see gates.hpp.
//
// No clock and no I/O: the times are handed in. Threads: one strand, that of all who ask.
#pragma once

#include "core/backoff.hpp"
#include "core/clock.hpp"
#include "core/feed_report.hpp"
#include "core/fetch_error.hpp"
#include "core/token_bucket.hpp"
#include "provider/circuit_breaker.hpp"
#include "provider/latency_window.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace tickertape::provider {

// What the end of a request changed: one log line each.
enum class gate_change {
    none,
    failing,    // the first failure after a success, or after the start
    paused,     // the provider told us to wait, or should have
    opened,     // the breaker opened, or opened again
    recovered,  // the first success after any of these
};

class gate {
public:
    // The pause after "too many requests" without a Retry-After. It grows each time, because a
    // client that goes on asking is banned.
    static constexpr backoff_limits penalty{
        std::chrono::milliseconds{30'000}, std::chrono::milliseconds{600'000}};
    // The least pause after 418 without a Retry-After: a client that gets 418 ignored 429 before,
    // and is banned.
    static constexpr std::chrono::minutes ban_min{2};

    gate(rate_limit limit, breaker_limits breaker, steady_time now);
    gate(const gate&) = delete;
    gate& operator=(const gate&) = delete;

    const rate_limit& limit() const noexcept { return limit_; }
    const breaker_limits& limit_of_breaker() const noexcept { return breaker_.limits(); }

    // The right to send one request. Its end is said by one of the calls below. A permit that is
    // destroyed before that stands for a request that was cancelled, which says nothing of the
    // provider. The gate outlives it.
    //
    // Requests may overlap. The end of one that went out before the breaker last opened is noted
    // for the report, but changes neither the breaker nor the streak of failures. A pause that the
    // provider asks for is kept to in any case.
    class permit {
    public:
        gate_change succeeded(moment now, std::chrono::microseconds took);
        // The provider answered, but without a price: the breaker closes, and it is no success.
        void answered(std::chrono::microseconds took);
        // The provider answered, and only other answers will tell whether that is a failure.
        void undecided(std::chrono::microseconds took);
        // `retry_after`: what the provider asked for, if it did. `random` in [0, 1).
        gate_change failed(
            moment now, const fetch_error& why,
            std::optional<std::chrono::milliseconds> retry_after, double random);

    private:
        friend gate;
        permit(gate& of, circuit_breaker::permit of_breaker, steady_time now) noexcept
            : of_{&of}, breaker_{std::in_place, std::move(of_breaker)}, admitted_{now}
        {
        }

        gate* of_;
        std::optional<circuit_breaker::permit> breaker_;  // none once the end was said
        steady_time admitted_;
    };

    // Returns a permit if a request may go out.
    // Errors: provider_errc::throttled, ::paused, ::breaker_open.
    [[nodiscard]] boost::system::result<permit> admit(steady_time now) noexcept;
    // How long after somebody wanted prices one request is left to those who do.
    static constexpr std::chrono::seconds prices_first_for{60};
    // Somebody wants prices now, whether the limit allows it or not.
    void want_prices(steady_time now) noexcept { prices_wanted_ = now; }
    // The same right for prices, and for what can wait: tables, coins, candles. Where the limit
    // leaves less than two requests and both are wanted, they have them by turns. Errors: as
    // admit().
    [[nodiscard]] boost::system::result<permit> admit_prices(steady_time now) noexcept;
    [[nodiscard]] boost::system::result<permit> admit_behind_prices(steady_time now) noexcept;
    // One who waits for a request of what can wait, and could take it, while it lives. The gate
    // outlives it.
    class place {
    public:
        place(gate& of, bool gives_way) noexcept : of_{of}, gives_way_{gives_way}
        {
            ++of_.in_line_;
            of_.first_in_line_ += gives_way_ ? 0 : 1;
        }
        ~place()
        {
            --of_.in_line_;
            of_.first_in_line_ -= gives_way_ ? 0 : 1;
        }
        place(const place&) = delete;
        place& operator=(const place&) = delete;

    private:
        gate& of_;
        bool gives_way_;
    };
    // Whether those who give way have to wait for others, whatever the limit allows.
    bool has_line() const noexcept { return first_in_line_ != 0; }
    // How long until admit() can say yes, as far as the limit goes.
    steady_time::duration wait(steady_time now) const noexcept { return bucket_.wait(now); }

    // The provider failed in a way that only several answers together show.
    gate_change failed(moment now, const fetch_error& why, double random);
    // Notes what is wrong with an answer, for the report. Beside the end of its request.
    void note(moment now, const fetch_error& why);

    circuit_breaker::state breaker() const noexcept { return breaker_.current(); }
    // The end of the last pause that the provider asked for; in the past if none is on.
    steady_time asked_pause_until() const noexcept { return bucket_.paused_until(); }
    // The provider asked for it before: an earlier process, or another instance.
    void pause(steady_time until) noexcept;
    // How often a pause was begun or made longer.
    std::size_t pauses() const noexcept { return pauses_; }
    // How long the provider is not asked: it asked for a pause, or the breaker is open.
    std::chrono::milliseconds paused_for(steady_time now) const noexcept;
    double requests_left(steady_time now) const noexcept { return bucket_.left(now); }
    // Failures since the last success.
    unsigned failures() const noexcept { return failures_; }
    // Failures in a row: those under way, or the last ones before a success.
    struct streak {
        unsigned failures = 0;
        moment since{};
    };
    const streak& last_streak() const noexcept { return streak_; }
    std::optional<moment> last_success() const noexcept { return last_success_; }

    void report(moment now, feed_report::provider& into) const;

private:
    bool is_scarce(steady_time now) const noexcept;

    struct failure {
        moment at;
        std::string words;
    };

    void count_failure(moment now);
    gate_change change_after_failure(bool was_failing) const noexcept;

    const rate_limit limit_;
    token_bucket bucket_;
    circuit_breaker breaker_;
    backoff penalty_{penalty};
    std::optional<steady_time> prices_wanted_;
    bool prices_are_next_ = false;  // something else was admitted since they were
    std::size_t in_line_ = 0;
    std::size_t first_in_line_ = 0;          // those of them who do not give way
    std::optional<steady_time> limited_at_;  // when the provider last said "too many requests"
    std::size_t pauses_ = 0;
    latency_window took_;
    unsigned failures_ = 0;
    streak streak_;
    std::optional<moment> last_success_;
    std::optional<failure> last_failure_;
};

}  // namespace tickertape::provider
