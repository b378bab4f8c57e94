#include "hub/hub.hpp"

#include "telemetry/log.hpp"

#include <atomic>
#include <exception>

namespace tickertape {
namespace {

void run_lane(lane& l, const logger& log)
{
    for (;;) {
        try {
            l.run();
            return;
        } catch (const std::exception& escaped) {
            // Nothing on a lane is meant to throw but for want of memory. Whoever it hit is lost;
            // everybody else on the lane goes on.
            log.error("a handler of a lane failed", {{"cause", escaped.what()}});
        }
    }
}

}  // namespace

hub::hub(
    const tapes& from, const source_table& sources, const clock& time, const logger& log,
    unsigned lanes, const lane_limits& limits)
    : log_{log}
{
    for (unsigned i = 0; i < lanes; ++i)
        lanes_.push_back(std::make_unique<lane>(from, sources, time, limits));
}

hub::~hub()
{
    stop();
}

void hub::start()
{
    for (const auto& l : lanes_)
        threads_.emplace_back([this, one = l.get()] { run_lane(*one, log_); });
}

void hub::wake() noexcept
{
    for (const auto& l : lanes_)
        l->wake();
}

void hub::drain(std::function<void()> done)
{
    auto left = std::make_shared<std::atomic<std::size_t>>(lanes_.size());
    for (const auto& l : lanes_)
        l->drain([left, done] {
            // acq_rel: the last lane to finish has seen the others finish.
            if (left->fetch_sub(1, std::memory_order_acq_rel) == 1)
                done();
        });
}

void hub::abandon()
{
    for (const auto& l : lanes_)
        l->abandon();
}

void hub::stop()
{
    for (const auto& l : lanes_)
        l->stop();
    for (auto& t : threads_)
        t.join();
    threads_.clear();
}

}  // namespace tickertape
