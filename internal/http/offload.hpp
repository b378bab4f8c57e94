// Runs work on another executor, so that a handler can wait for it without blocking its lane.
//
// Threads: the coroutine runs on its lane, the work on the executor it is given to. That executor
// has ended before the lane's io_context is destroyed.
#pragma once

#include "asio/no_throw.hpp"
#include "http/errors.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/result.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace tickertape::telemetry {
class metrics;
}

namespace tickertape::http {

// Runs `work` on `where` and comes back with what it returned, or with its exception. `work` owns
// all it uses: if the caller is cancelled, this throws operation_aborted at once and `work` runs to
// its end unseen.
template <class F>
boost::asio::awaitable<std::invoke_result_t<F&>> offload(boost::asio::any_io_executor where, F work)
{
    struct job {
        F work;
        std::optional<std::invoke_result_t<F&>> value{};
        std::exception_ptr thrown{};
        // The two below belong to the lane.
        boost::asio::steady_timer* caller;  // waits; null: it has gone
        bool is_done = false;
    };
    struct leaving {
        job& of;
        ~leaving() { of.caller = nullptr; }
    };
    const auto lane = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer wake{lane, boost::asio::steady_timer::time_point::max()};
    auto mine = std::make_shared<job>(job{.work = std::move(work), .caller = &wake});
    const leaving at_end{*mine};
    boost::asio::post(where, [mine, lane]() mutable {
        try {
            mine->value.emplace(mine->work());
        } catch (...) {
            mine->thrown = std::current_exception();
        }
        // The job ends on the lane, with the exception that is thrown there.
        boost::asio::post(lane, [mine = std::move(mine)] {
            mine->is_done = true;
            if (mine->caller != nullptr)
                mine->caller->cancel();
        });
    });
    co_await wake.async_wait(no_throw);
    if (!mine->is_done)
        throw boost::system::system_error{boost::asio::error::operation_aborted};
    if (mine->thrown)
        std::rethrow_exception(mine->thrown);
    co_return *std::move(mine->value);
}

// An executor that takes a bounded number of jobs at once. A job counts until it has run, also if
// its caller has been cancelled: a slow disk with impatient clients must not collect work without
// end.
//
// Threads: any.
class job_queue {
public:
    // Outlives its jobs, and its figures are not read after its end. `name` is its own among the
    // queues of the process: it is the label of tickertape_jobs_waiting and
    // tickertape_jobs_refused_total.
    job_queue(
        boost::asio::any_io_executor on, std::size_t jobs_max, const std::string& name,
        telemetry::metrics& figures);
    job_queue(const job_queue&) = delete;
    job_queue& operator=(const job_queue&) = delete;

    // As offload(). Errors: http_errc::too_many_jobs; then the work has not been run.
    template <class F>
    boost::asio::awaitable<boost::system::result<std::invoke_result_t<F&>>> run(F work)
    {
        // relaxed throughout: the count orders nothing.
        if (jobs_.fetch_add(1, std::memory_order_relaxed) >= jobs_max_) {
            jobs_.fetch_sub(1, std::memory_order_relaxed);
            refused_.fetch_add(1, std::memory_order_relaxed);
            co_return http_errc::too_many_jobs;
        }
        // Counted until the work has ended, so that there is room for the next one when it has been
        // answered.
        auto job = [count = counted{jobs_}, work = std::move(work)]() mutable {
            const counted until_here{std::move(count)};
            return work();
        };
        co_return co_await offload(on_, std::move(job));
    }

    std::size_t jobs() const noexcept { return jobs_.load(std::memory_order_relaxed); }
    std::size_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

private:
    // Subtracts one when it goes.
    class counted {
    public:
        explicit counted(std::atomic<std::size_t>& of) noexcept : of_{&of} {}
        counted(counted&& other) noexcept : of_{std::exchange(other.of_, nullptr)} {}
        counted& operator=(counted&&) = delete;
        ~counted()
        {
            if (of_ != nullptr)
                of_->fetch_sub(1, std::memory_order_relaxed);
        }

    private:
        std::atomic<std::size_t>* of_;
    };

    const boost::asio::any_io_executor on_;
    const std::size_t jobs_max_;
    std::atomic<std::size_t> jobs_{0};
    std::atomic<std::size_t> refused_{0};
};

}  // namespace tickertape::http
