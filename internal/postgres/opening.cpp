#include "postgres/opening.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/session.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace tickertape::postgres {
namespace {

using steady = std::chrono::steady_clock;

// How often it is looked whether the process is to end.
constexpr std::chrono::milliseconds look_each{100};

// A thread's last step is to take itself out of it (release), so that who reads 0 (acquire) may
// tear down what libpq used.
std::atomic<int> openings{0};

// What the thread that connects and the one that waits share.
struct attempt {
    std::mutex mutex;
    std::condition_variable ended;
    bool is_over = false;
    opened result;
};

opened open_here(const std::string& url)
{
    try {
        return {std::make_shared<soci::session>(soci::postgresql, url), {}, false};
    } catch (const std::exception& e) {
        std::string_view said{e.what()};
        constexpr std::string_view prefix = "Cannot establish connection to the database.";
        if (said.starts_with(prefix))
            said.remove_prefix(prefix.size());
        return {nullptr, std::string{said}, false};
    }
}

}  // namespace

int openings_now()
{
    return openings.load(std::memory_order_acquire);
}

opened open_session(
    const std::string& url, std::chrono::milliseconds most,
    const std::shared_ptr<const std::atomic<bool>>& ending)
{
    if (openings.fetch_add(1, std::memory_order_relaxed) >= openings_max) {
        openings.fetch_sub(1, std::memory_order_relaxed);
        return {nullptr, "too many attempts to connect have not ended", true};
    }
    const auto made = std::make_shared<attempt>();
    // Detached, because a lookup of a name cannot be cut short. It has all that it uses.
    std::thread{[made, url] {
        auto result = open_here(url);
        {
            const std::lock_guard held{made->mutex};
            made->result = std::move(result);
            made->is_over = true;
        }
        made->ended.notify_one();
        openings.fetch_sub(1, std::memory_order_release);
    }}.detach();
    auto until = steady::now() + most;
    bool is_short = false;
    std::unique_lock held{made->mutex};
    while (!made->is_over) {
        // relaxed: a word of its own.
        if (!is_short && ending && ending->load(std::memory_order_relaxed)) {
            is_short = true;
            until = std::min(until, steady::now() + opening_at_end);
        }
        const auto now = steady::now();
        if (now >= until)
            return {nullptr, "PostgreSQL does not answer", true};
        made->ended.wait_until(held, std::min(until, now + look_each));
    }
    return std::move(made->result);
}

}  // namespace tickertape::postgres
