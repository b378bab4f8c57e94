#include "net/answer_date.hpp"

#include "core/text.hpp"
#include "net/http_time.hpp"

#include <charconv>

namespace tickertape::net {
namespace {

using namespace std::chrono;

// An answer that lay longer than this in a cache says nothing of the time.
constexpr seconds in_cache_max{24 * 3600};

std::optional<seconds> cached_for(std::string_view age) noexcept
{
    age = trimmed(age);
    if (age.empty())
        return seconds{0};
    std::int64_t count = 0;
    const auto read = std::from_chars(age.data(), age.data() + age.size(), count);
    const bool is_count = read.ec == std::errc{} && read.ptr == age.data() + age.size();
    if (!is_count || count < 0 || seconds{count} > in_cache_max)
        return std::nullopt;
    return seconds{count};
}

}  // namespace

std::optional<wall_time> time_said(const answer_date& said, wall_time now) noexcept
{
    const auto date = parse_http_time(said.date, now);
    const auto cached = cached_for(said.age);
    if (!date || !cached)
        return std::nullopt;
    return *date + *cached;
}

std::optional<clock_comparison> read_clock(const answer_date& said, moment now) noexcept
{
    const auto theirs = time_said(said, now.wall);
    if (!theirs)
        return std::nullopt;
    // Each header leaves out up to a second, and the answer was made some time between the request
    // and its own end.
    const auto cut_off = trimmed(said.age).empty() ? 500ms : 1000ms;
    const auto half = ceil<milliseconds>(said.took / 2);
    return clock_comparison{now.wall - half - (*theirs + cut_off), half + cut_off, now};
}

}  // namespace tickertape::net
