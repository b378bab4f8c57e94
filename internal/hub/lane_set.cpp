#include "hub/lane_set.hpp"

#include "core/thread_name.hpp"

#include <algorithm>
#include <atomic>

namespace tickertape::hub {

lane_set::lane_set(
    const tape::tapes& from, const source_table& sources, const clock& time, unsigned lanes,
    const lane_limits& limits, tape::past* older, const series::change_log* changes,
    const topic_board* topics)
{
    for (unsigned i = 0; i < lanes; ++i)
        lanes_.push_back(
            std::make_unique<lane>(from, sources, time, limits, older, changes, topics));
}

lane_set::~lane_set()
{
    stop();
}

bool follows_topics(const lane_set& of)
{
    return std::ranges::any_of(
        of.lanes(), [](const auto& l) { return l->counters().topic_streams.value() > 0; });
}

void lane_set::start()
{
    for (const auto& l : lanes_)
        threads_.emplace_back([one = l.get()] {
            name_this_thread("lane");
            one->run();
        });
}

void lane_set::ring() noexcept
{
    for (const auto& l : lanes_)
        l->wake();
}

void lane_set::drain(std::chrono::milliseconds over, std::function<void()> done)
{
    auto left = std::make_shared<std::atomic<std::size_t>>(lanes_.size());
    for (const auto& l : lanes_)
        l->drain(over, [left, done] {
            // acq_rel: the last lane to finish has seen the others finish.
            if (left->fetch_sub(1, std::memory_order_acq_rel) == 1)
                done();
        });
}

void lane_set::abandon()
{
    for (const auto& l : lanes_)
        l->abandon();
}

void lane_set::stop()
{
    for (const auto& l : lanes_)
        l->stop();
    for (auto& t : threads_)
        t.join();
    threads_.clear();
}

}  // namespace tickertape::hub
