// How far a long piece of work is: a bar on a terminal, a line now and then elsewhere. On standard
// error, so that it never mixes with what is written out. Threads: one.
#pragma once

#include "core/clock.hpp"

#include <cstdint>
#include <string>

namespace tickertape {

class progress_bar {
public:
    // `what`: "verifying". Nothing is shown for work that is over soon.
    progress_bar(std::string what, const clock& time);
    // Wipes the bar.
    ~progress_bar();
    progress_bar(const progress_bar&) = delete;
    progress_bar& operator=(const progress_bar&) = delete;

    // `all` 0: it is not known how much there is.
    void show(std::uint64_t done, std::uint64_t all, std::string_view unit);

private:
    const std::string what_;
    const clock& time_;
    const bool is_terminal_;
    steady_time next_;
    bool is_shown_ = false;
};

}  // namespace tickertape
