#include "news/schedule.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace tickertape::news {

std::chrono::milliseconds max_age_of(std::string_view cache_control) noexcept
{
    constexpr std::string_view name = "max-age=";
    // A day is longer than we ever wait, and fits.
    constexpr std::uint64_t seconds_most = 86'400;
    while (!cache_control.empty()) {
        const auto end = cache_control.find(',');
        const auto directive = trimmed(cache_control.substr(0, end));
        cache_control.remove_prefix(end == std::string_view::npos ? cache_control.size() : end + 1);
        if (!std::ranges::equal(directive.substr(0, name.size()), name, [](char a, char b) {
                return lower(a) == b;
            }))
            continue;
        const auto digits = directive.substr(name.size());
        std::uint64_t seconds = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        if (read.ec == std::errc::result_out_of_range)
            return std::chrono::seconds{seconds_most};
        if (read.ec == std::errc{} && read.ptr == digits.data() + digits.size())
            return std::chrono::seconds{std::min(seconds, seconds_most)};
    }
    return std::chrono::milliseconds{0};
}

void schedule::answered(steady_time now, std::chrono::milliseconds max_age) noexcept
{
    asked_ = now;
    failures_ = 0;
    floor_ = std::min(max_age, rhythm_.max_age_most);
}

void schedule::failed(steady_time now, std::chrono::milliseconds pause) noexcept
{
    asked_ = now;
    auto wait = std::min(rhythm_.watched, rhythm_.after_failure);
    const auto most = std::max(rhythm_.watched, rhythm_.after_failures_most);
    for (unsigned i = 0; i < failures_ && wait < most; ++i)
        wait *= 2;
    ++failures_;
    floor_ = std::max(std::min(wait, most), pause);
}

steady_time schedule::next(bool is_watched) const noexcept
{
    if (!asked_)
        return steady_time::min();
    auto every = is_watched ? rhythm_.watched : std::max(rhythm_.watched, rhythm_.unwatched);
    if (failures_ != 0 && is_watched)
        every = floor_;
    return *asked_ + std::max(every, floor_);
}

}  // namespace tickertape::news
