#include "support/fake_venue/counts.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace fake_venue {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t targets_max = 50;

std::uint64_t count_since(const std::deque<venue_counts::time>& all, venue_counts::time since)
{
    return static_cast<std::uint64_t>(all.end() - std::ranges::upper_bound(all, since));
}

}  // namespace

void venue_counts::remember(std::string target)
{
    targets.push_back(std::move(target));
    if (targets.size() > targets_max)
        targets.pop_front();
}

void venue_counts::asked(std::string target, time now)
{
    ++requests;
    recent_.push_back(now);
    while (recent_.front() <= now - 60s)
        recent_.pop_front();
    max_in_any_10s = std::max(max_in_any_10s, count_since(recent_, now - 10s));
    max_in_any_60s = std::max<std::uint64_t>(max_in_any_60s, recent_.size());
    remember(std::move(target));
}

void venue_counts::upgraded(std::string target)
{
    ++websockets;
    remember(std::move(target));
}

void venue_counts::reset()
{
    const auto was_open = open;
    const auto were_sockets = open_websockets;
    *this = {};
    open = was_open;
    open_websockets = were_sockets;
}

boost::json::object venue_counts::report(time now) const
{
    boost::json::array last;
    for (const auto& target : targets)
        last.emplace_back(target);
    return {
        {"requests", requests},
        {"requests_last_60s", count_since(recent_, now - 60s)},
        {"max_in_any_10s", max_in_any_10s},
        {"max_in_any_60s", max_in_any_60s},
        {"connections", connections},
        {"open", open},
        {"handshakes", handshakes},
        {"websockets", websockets},
        {"open_websockets", open_websockets},
        {"messages", messages},
        {"subscribes", subscribes},
        {"pings", pings},
        {"pongs", pongs},
        {"closes", closes},
        {"last_close_code", last_close_code},
        {"targets", std::move(last)},
    };
}

}  // namespace fake_venue
