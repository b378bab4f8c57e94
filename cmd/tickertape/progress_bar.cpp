#include "progress_bar.hpp"

#include <algorithm>
#include <cstdio>

#include <unistd.h>

namespace tickertape {
namespace {

constexpr std::uint64_t bar_columns = 30;
constexpr std::chrono::milliseconds on_terminal{100};
constexpr std::chrono::seconds elsewhere{10};

}  // namespace

progress_bar::progress_bar(std::string what, const clock& time)
    : what_{std::move(what)}, time_{time}, is_terminal_{::isatty(STDERR_FILENO) == 1},
      next_{time.steady_now() + (is_terminal_ ? steady_time::duration{on_terminal} : elsewhere)}
{
}

progress_bar::~progress_bar()
{
    if (is_shown_ && is_terminal_)
        std::fputs("\r\x1b[K", stderr);
}

void progress_bar::show(std::uint64_t done, std::uint64_t all, std::string_view unit)
{
    const auto now = time_.steady_now();
    if (now < next_)
        return;
    next_ = now + (is_terminal_ ? steady_time::duration{on_terminal} : elsewhere);
    is_shown_ = true;
    std::string text = what_ + ' ';
    if (is_terminal_ && all > 0) {
        const auto full = std::min(done, all) * bar_columns / all;
        text.append("[").append(full, '#').append(bar_columns - full, '.').append("] ");
    }
    text += std::to_string(done);
    if (all > 0)
        text += " of " + std::to_string(all);
    text.append(" ").append(unit);
    std::fprintf(stderr, is_terminal_ ? "\r%s\x1b[K" : "%s\n", text.c_str());
}

}  // namespace tickertape
