// Answers questions about ticks that are older than the tapes, on a thread of its own.
//
// Questions wait in a queue; beyond `waiting_most` they are answered with an error at once. Those
// who ask take turns by themselves: the next question of one comes after the answer to the one
// before.
//
// Threads: read() from any; answers are given on its own thread.
#pragma once

#include "archive/errors.hpp"
#include "tape/past.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace tickertape::archive {

class past_reader final : public tape::past {
public:
    using source = std::function<result<tape::past_batch>(const tape::past_query&)>;

    struct figures {
        std::atomic<std::uint64_t> batches{0};
        std::atomic<std::uint64_t> ticks{0};
        std::atomic<std::uint64_t> failures{0};
        std::atomic<std::uint64_t> refused{0};  // because too many waited
    };

    static constexpr std::size_t waiting_max = 4'096;

    // `read`: called on the thread of this alone.
    explicit past_reader(source read, std::size_t waiting_most = waiting_max);
    // Answers those that wait with an error.
    ~past_reader();
    past_reader(const past_reader&) = delete;
    past_reader& operator=(const past_reader&) = delete;

    void read(tape::past_query query, on_answer answer) override;

    const figures& now() const noexcept { return figures_; }

private:
    struct question {
        tape::past_query query;
        on_answer answer;
    };

    void run();

    const source read_;
    const std::size_t waiting_most_;
    figures figures_;
    std::mutex mutex_;
    std::condition_variable asked_;
    std::deque<question> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace tickertape::archive
