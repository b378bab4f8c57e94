#include "archive/text_keeper.hpp"

#include "core/thread_name.hpp"

#include <utility>

namespace tickertape::archive {

text_keeper::text_keeper(
    std::unique_ptr<text_store> store, std::function<void(const std::string&)> say,
    std::chrono::milliseconds again)
    : store_{std::move(store)}, say_{std::move(say)}, again_{again}
{
}

text_keeper::~text_keeper()
{
    stop();
}

void text_keeper::start()
{
    thread_ = std::thread{[this] { run(); }};
}

bool text_keeper::keep(std::string_view name, std::string text)
{
    if (text.size() > kept_text_bytes_max)
        return false;
    {
        const std::lock_guard held{mutex_};
        waiting_.insert_or_assign(std::string{name}, std::move(text));
    }
    rung_.notify_one();
    return true;
}

void text_keeper::stop()
{
    if (!thread_.joinable())
        return;
    {
        const std::lock_guard held{mutex_};
        is_stopping_ = true;
    }
    rung_.notify_one();
    thread_.join();
}

void text_keeper::run()
{
    name_this_thread("texts");
    std::string trouble;
    std::unique_lock held{mutex_};
    for (;;) {
        rung_.wait(held, [this] { return is_stopping_ || !waiting_.empty(); });
        if (waiting_.empty())
            return;
        auto next = waiting_.extract(waiting_.begin());
        held.unlock();
        const auto done = store_->write(next.key(), next.mapped());
        if (done) {
            written_.add();
            if (!std::exchange(trouble, {}).empty())
                say_({});
        } else {
            failures_.add();
            if (trouble != done.error().text)
                say_(done.error().text);
            trouble = done.error().text;
        }
        held.lock();
        if (done)
            continue;
        if (is_stopping_)
            return;
        // Unless a newer one has come meanwhile.
        waiting_.insert(std::move(next));
        rung_.wait_for(held, again_, [this] { return is_stopping_; });
    }
}

}  // namespace tickertape::archive
