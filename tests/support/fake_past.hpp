// A past that remembers every tick it is given, and answers on a thread of its own. It can be told
// to hold its answers back, to fail, to know nothing before some position, and to have a hole.
//
// Threads: any.
#pragma once

#include "tape/past.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace tickertape::testing {

class fake_past final : public tape::past {
public:
    fake_past() : thread_{[this] { answer_all(); }} {}
    // Whatever is held back is answered first.
    ~fake_past()
    {
        {
            const std::scoped_lock held{mutex_};
            is_over_ = true;
            holds_ = false;
        }
        changed_.notify_all();
        thread_.join();
    }

    // In position order.
    void add(tape::past_tick t)
    {
        const std::scoped_lock held{mutex_};
        ticks_.push_back(std::move(t));
    }
    // All ticks up to there are known, also where none was added.
    void complete_to(position p)
    {
        const std::scoped_lock held{mutex_};
        complete_to_ = p;
    }
    void forget_before(position p)
    {
        const std::scoped_lock held{mutex_};
        from_ = p;
    }
    // What it has after `from` up to `to` is given to nobody, for that cause.
    void lose(position from, position to, gap_cause why)
    {
        const std::scoped_lock held{mutex_};
        hole_ = {from, to, why};
    }
    void fail(bool on)
    {
        const std::scoped_lock held{mutex_};
        fails_ = on;
    }
    void hold(bool on)
    {
        {
            const std::scoped_lock held{mutex_};
            holds_ = on;
        }
        changed_.notify_all();
    }
    // How often it was asked, and how many questions wait for their answer.
    std::size_t asked() const
    {
        const std::scoped_lock held{mutex_};
        return asked_;
    }
    std::size_t waiting() const
    {
        const std::scoped_lock held{mutex_};
        return questions_.size();
    }

    void read(tape::past_query query, on_answer answer) override
    {
        {
            const std::scoped_lock held{mutex_};
            ++asked_;
            questions_.push_back({std::move(query), std::move(answer)});
        }
        changed_.notify_all();
    }

private:
    struct hole {
        position from;
        position to;
        gap_cause why = gap_cause::evicted;
    };
    struct question {
        tape::past_query query;
        on_answer answer;
    };

    void answer_all()
    {
        std::unique_lock held{mutex_};
        for (;;) {
            changed_.wait(held, [this] { return is_over_ || (!holds_ && !questions_.empty()); });
            if (questions_.empty())
                return;
            const auto next = std::move(questions_.front());
            questions_.pop_front();
            auto batch = answer_to(next.query);
            held.unlock();
            next.answer(std::move(batch));
            held.lock();
        }
    }

    result<tape::past_batch> answer_to(const tape::past_query& q) const
    {
        if (fails_)
            return boost::system::errc::make_error_code(boost::system::errc::io_error);
        const auto end = std::max(complete_to_, ticks_.empty() ? position{} : ticks_.back().at);
        tape::past_batch b{.from = std::max(q.after, from_), .to = {}, .ticks = {}};
        if (hole_.from <= b.from && b.from < hole_.to) {
            b.from = hole_.to;
            b.why = hole_.why;
        }
        b.to = std::max(b.from, std::min(end, q.until));
        if (hole_.from < hole_.to && hole_.from >= b.from)
            b.to = std::min(b.to, hole_.from);
        for (const auto& t : ticks_) {
            if (t.at <= b.from || t.at > b.to || !std::ranges::count(q.symbols, t.symbol))
                continue;
            if (b.ticks.size() == q.ticks_max) {
                b.to = b.ticks.back().at;
                break;
            }
            b.ticks.push_back(t);
        }
        return b;
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<tape::past_tick> ticks_;
    position from_;
    position complete_to_;
    hole hole_;
    std::deque<question> questions_;
    std::size_t asked_ = 0;
    bool fails_ = false;
    bool holds_ = false;
    bool is_over_ = false;
    std::thread thread_;  // last: it uses the others
};

}  // namespace tickertape::testing
