// Where the feed's prices become ticks, and where the clock that dates them is watched.
//
// Threads: the main thread; its figures are read on any.
#pragma once

#include "core/clock.hpp"
#include "tape/tape_writer.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>

namespace tickertape {

class publisher final : public tick_sink {
public:
    // `start`: when the tapes began. All outlive this.
    publisher(
        tape::tapes& to, const clock& time, clock_reading start, boost::asio::io_context& on,
        const telemetry::logger& log, telemetry::metrics& figures);

    void publish(const observation& seen) noexcept override;

    // Where others that live on the main thread follow the tapes, or add ticks of other instances.
    tape::tape_writer& writer() noexcept { return writer_; }

    // Looks at the clock from now on, every `each`, also while nothing is published.
    void start(std::chrono::milliseconds each = std::chrono::seconds{1});
    void stop();

private:
    void look_again();
    void look();
    void tell(const tape::timeline::step& s);

    const clock& time_;
    const telemetry::logger& log_;
    tape::tape_writer writer_;
    boost::asio::steady_timer again_;
    std::chrono::milliseconds each_{0};  // zero: stopped
    prometheus::Counter& forward_;
    prometheus::Counter& back_;
    prometheus::Counter& restarts_;
    std::atomic<std::int64_t> lead_ms_{0};
    std::atomic<std::uint64_t> passing_{0};
};

}  // namespace tickertape
