// The hub: all lanes and their threads.
//
// Threads: ring() and the counters from any; start(), drain() and stop() from the thread that made
// it.
#pragma once

#include "hub/lane.hpp"
#include "tape/bell.hpp"

#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace tickertape::telemetry {
class metrics;
}

namespace tickertape::hub {

class lane_set final : public tape::bell {
public:
    // Everything outlives this. `older`: where ticks are that the tapes no longer hold; null:
    // nowhere. `changes`: of candles; null: nobody keeps any. Throws where the kernel gives no
    // descriptors.
    lane_set(
        const tape::tapes& from, const source_table& sources, const clock& time, unsigned lanes,
        const lane_limits& limits, tape::past* older = nullptr,
        const series::change_log* changes = nullptr, const topic_board* topics = nullptr);
    // Stops, if stop() was not called.
    ~lane_set();

    std::span<const std::unique_ptr<lane>> lanes() const noexcept { return lanes_; }

    void start();
    // Wakes all lanes; called after new ticks.
    void ring() noexcept override;
    // Sends all subscribers away, one after another within `over`, and calls `done` once, on some
    // lane, when the last has gone.
    void drain(std::chrono::milliseconds over, std::function<void()> done);
    // Closes the subscribers that are left; drain() then reports.
    void abandon();
    // Closes what is left and ends the threads.
    void stop();

private:
    std::vector<std::unique_ptr<lane>> lanes_;
    std::vector<std::thread> threads_;
};

// Whether a subscriber of any lane follows topics now.
bool follows_topics(const lane_set& of);

// Lets the lanes' counters be read as metrics; the hub outlives them.
void publish_metrics(const lane_set& of, telemetry::metrics& to);

}  // namespace tickertape::hub
