#include "archive/past_reader.hpp"

#include "core/thread_name.hpp"

#include <utility>

namespace tickertape::archive {

past_reader::past_reader(source read, std::size_t waiting_most)
    : read_{std::move(read)}, waiting_most_{waiting_most}, thread_{[this] { run(); }}
{
}

past_reader::~past_reader()
{
    {
        const std::lock_guard held{mutex_};
        stopping_ = true;
    }
    asked_.notify_one();
    thread_.join();
    for (auto& q : waiting_)
        q.answer(make_error_code(archive_errc::busy));
}

void past_reader::read(tape::past_query query, on_answer answer)
{
    {
        const std::lock_guard held{mutex_};
        if (!stopping_ && waiting_.size() < waiting_most_) {
            waiting_.push_back({std::move(query), std::move(answer)});
            asked_.notify_one();
            return;
        }
    }
    ++figures_.refused;
    answer(make_error_code(archive_errc::busy));
}

void past_reader::run()
{
    name_this_thread("past reader");
    for (;;) {
        std::unique_lock held{mutex_};
        asked_.wait(held, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_)
            return;
        auto next = std::move(waiting_.front());
        waiting_.pop_front();
        held.unlock();
        auto batch = read_(next.query);
        if (batch) {
            ++figures_.batches;
            figures_.ticks += batch->ticks.size();
            next.answer(std::move(*batch));
        } else {
            ++figures_.failures;
            next.answer(make_error_code(batch.error().code));
        }
    }
}

}  // namespace tickertape::archive
