// When a recorded price is due, so that a recording keeps its own pace, or a multiple of it.
// No clock of its own, no I/O.
#pragma once

#include "core/clock.hpp"

#include <algorithm>
#include <optional>

namespace tickertape::synthetic {

class replay_pace {
public:
    // A price without a time follows the one before it by this much.
    static constexpr std::chrono::milliseconds untimed_gap{1000};
    // Longer than this nobody waits; it also keeps the arithmetic below far from its limits.
    static constexpr std::chrono::hours wait_max{24 * 365};

    // `speed`: times the recording's own pace, above 0; 0 means everything is due at once.
    explicit replay_pace(double speed) noexcept : speed_{speed} {}

    // When the next price, recorded at `at`, is to be published. The first is due at once, and so
    // is one whose time lies before its predecessor's: there a new stretch begins.
    steady_time due(std::optional<wall_time> at, steady_time now) noexcept
    {
        if (!last_due_ || speed_ <= 0) {
            last_due_ = now;
        } else {
            auto gap = untimed_gap;
            if (at && last_at_)
                gap = std::clamp<std::chrono::milliseconds>(*at - *last_at_, {}, limit());
            const std::chrono::duration<double, std::milli> scaled{
                static_cast<double>(gap.count()) / speed_};
            *last_due_ += std::chrono::duration_cast<steady_time::duration>(
                std::min<std::chrono::duration<double, std::milli>>(scaled, limit()));
            // A replay that was held up publishes what is due by now, and rushes no further.
            if (at && last_at_ && *at < *last_at_)
                last_due_ = std::max(*last_due_, now);
        }
        if (at)
            last_at_ = at;
        return *last_due_;
    }

    // The recording begins again from its first line, one untimed gap after its last.
    void begin_again() noexcept { last_at_.reset(); }

private:
    static constexpr std::chrono::milliseconds limit() noexcept { return wait_max; }

    double speed_;
    std::optional<steady_time> last_due_{};
    std::optional<wall_time> last_at_{};
};

}  // namespace tickertape::synthetic
