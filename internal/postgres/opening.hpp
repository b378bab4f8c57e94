// Opens a connection to PostgreSQL within a time, whatever the other side does: libpq looks up
// names without a limit, and has one for each address of a server only.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace soci {
class session;
}

namespace tickertape::postgres {

// Attempts that nobody waits for any more end when the system's resolver or libpq gives up. With
// more than that many, a new one fails at once.
inline constexpr int openings_max = 32;

// How long is waited once the process is to end.
inline constexpr std::chrono::milliseconds opening_at_end{1'000};

struct opened {
    std::shared_ptr<soci::session> session;  // null: it failed
    std::string why;                         // what libpq said
    bool is_too_late = false;
};

// Attempts that have not ended, those that nobody waits for among them. Once it is 0, what their
// threads did has happened before. Threads: any.
int openings_now();

// Runs on a thread of its own and is waited for so long, or opening_at_end after `ending` has
// become true. `ending` may be null. Threads: any.
opened open_session(
    const std::string& url, std::chrono::milliseconds most,
    const std::shared_ptr<const std::atomic<bool>>& ending);

}  // namespace tickertape::postgres
