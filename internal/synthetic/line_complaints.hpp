// Says which lines of an input were bad, and why, without filling the log when they all are.
//
// Threads: the feed's strand.
#pragma once

#include "core/clock.hpp"

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <string_view>

namespace tickertape::telemetry {
class logger;
}

namespace tickertape::synthetic {

class line_complaints {
public:
    // At most this many lines are complained about one by one within one window; the others are
    // counted, and the count is said when the window is over or the input ends.
    static constexpr std::uint64_t lines_max = 10;
    static constexpr std::chrono::seconds window{60};

    // `feed`: "pipe", "replay". Both outlive this.
    line_complaints(std::string_view feed, const telemetry::logger& log) : feed_{feed}, log_{log} {}

    // `symbol`: what the line calls its symbol, where that is what is wrong with it.
    void
    bad(std::uint64_t line, const boost::system::error_code& why, steady_time now,
        std::string_view symbol = {});
    // Says what is still unsaid.
    void end();

private:
    std::string_view feed_;
    const telemetry::logger& log_;
    steady_time window_began_{};
    std::uint64_t said_ = 0;
    std::uint64_t unsaid_ = 0;
};

}  // namespace tickertape::synthetic
