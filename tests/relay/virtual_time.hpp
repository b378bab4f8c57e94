// A time that passes when a test says so, and programs of it that can be stopped like processes.
//
// Threads: one.
#pragma once

#include "asio/no_throw.hpp"
#include "core/clock.hpp"
#include "relay/alarm.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <variant>
#include <vector>

namespace tickertape::testing {

// What runs in one process: stopped, it does nothing until it goes on.
struct process {
    boost::asio::io_context io{1};
    bool is_stopped = false;
};

class virtual_time {
public:
    using milliseconds = std::chrono::milliseconds;

    steady_time now() const noexcept { return now_; }
    milliseconds passed() const
    {
        return std::chrono::floor<milliseconds>(now_ - steady_time{std::chrono::hours{1}});
    }

    void add(process& p) { processes_.push_back(&p); }
    // Does that then, whatever is stopped.
    void at(steady_time when, std::function<void()> what)
    {
        due_.push({when, ++last_, std::move(what), {}, 0});
    }
    void after(milliseconds wait, std::function<void()> what) { at(now_ + wait, std::move(what)); }

    std::unique_ptr<relay::alarm> make_alarm(process& of);

    void run_for(milliseconds span)
    {
        const auto end = now_ + span;
        for (;;) {
            run_processes();
            if (due_.empty() || due_.top().when > end)
                break;
            auto next = due_.top();
            due_.pop();
            now_ = std::max(now_, next.when);
            if (next.what)
                next.what();
            else if (const auto waits = next.who.lock(); waits && waits->number == next.number)
                waits->timer.cancel();
        }
        now_ = end;
    }

private:
    struct waiting {
        explicit waiting(boost::asio::steady_timer t) : timer{std::move(t)} {}

        boost::asio::steady_timer timer;
        std::uint64_t number = 0;
        bool is_rung = false;
    };
    struct event {
        steady_time when;
        std::uint64_t order;
        std::function<void()> what;
        std::weak_ptr<waiting> who;
        std::uint64_t number;

        bool operator<(const event& other) const
        {
            return std::pair{when, order} > std::pair{other.when, other.order};
        }
    };
    class virtual_alarm;

    void run_processes()
    {
        for (bool any = true; any;) {
            any = false;
            for (auto* p : processes_) {
                if (p->is_stopped)
                    continue;
                p->io.restart();
                any = p->io.poll() > 0 || any;
            }
        }
    }

    steady_time now_{std::chrono::hours{1}};
    std::uint64_t last_ = 0;
    std::priority_queue<event> due_;
    std::vector<process*> processes_;
};

class virtual_time::virtual_alarm final : public relay::alarm {
public:
    virtual_alarm(virtual_time& of, process& in)
        : of_{of}, state_{std::make_shared<waiting>(boost::asio::steady_timer{in.io})}
    {
    }

    asio::awaitable<void> wait(steady_time until) override
    {
        const auto state = state_;
        if (!state->is_rung) {
            of_.due_.push({until, ++of_.last_, {}, state, ++state->number});
            state->timer.expires_at(steady_time::max());
            co_await state->timer.async_wait(no_throw);
        }
        ++state->number;
        state->is_rung = false;
    }
    void ring() override
    {
        state_->is_rung = true;
        state_->timer.cancel();
    }

private:
    virtual_time& of_;
    std::shared_ptr<waiting> state_;
};

inline std::unique_ptr<relay::alarm> virtual_time::make_alarm(process& of)
{
    return std::make_unique<virtual_alarm>(*this, of);
}

// The clocks of one machine; the wall clock may be wrong.
struct virtual_clock final : clock {
    explicit virtual_clock(const virtual_time& of) : time{of} {}

    const virtual_time& time;
    std::chrono::milliseconds wrong_by{0};

    wall_time wall_now() const noexcept override
    {
        return wall_time{std::chrono::milliseconds{1'700'000'000'000}} + time.passed() + wrong_by;
    }
    steady_time steady_now() const noexcept override { return time.now(); }
};

}  // namespace tickertape::testing
