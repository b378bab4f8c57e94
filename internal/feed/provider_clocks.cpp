#include "feed/provider_clocks.hpp"

#include "core/timestamp.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace tickertape::feed {
namespace {

using std::chrono::milliseconds;

// The median; of an even number, the middle one nearer to zero, so that a tie blames no clock.
milliseconds median_of(std::vector<milliseconds> all)
{
    assert(!all.empty());
    std::ranges::sort(all);
    const auto upper = all[all.size() / 2];
    const auto lower = all[(all.size() - 1) / 2];
    return abs(lower) < abs(upper) ? lower : upper;
}

milliseconds median_of(std::span<const net::clock_comparison> readings)
{
    std::vector<milliseconds> all;
    for (const auto& r : readings)
        all.push_back(r.ahead);
    return median_of(std::move(all));
}

bool is_apart(milliseconds difference, const net::clock_comparison& of)
{
    return abs(difference) > provider_clocks::off_min + of.unsure;
}

// Whether a clock that was said to be wrong by `said` is wrong by another amount now.
bool is_news(const std::optional<milliseconds>& said, milliseconds ahead)
{
    return !said ||
           abs(ahead - *said) > std::max<milliseconds>(provider_clocks::off_min, abs(*said) / 2);
}

}  // namespace

provider_clocks::provider_clocks(std::vector<std::string> providers)
{
    for (auto& name : providers)
        providers_.push_back({std::move(name)});
}

void provider_clocks::note(std::size_t provider, const net::clock_comparison& reading)
{
    providers_[provider].reading = reading;
}

bool provider_clocks::is_valid(const state& s, moment now) const
{
    if (!s.reading)
        return false;
    const auto steady = now.steady - s.reading->at.steady;
    const auto wall = now.wall - s.reading->at.wall;
    return steady <= reading_max && abs(wall - steady) <= step_min;
}

std::optional<milliseconds> provider_clocks::ahead(std::size_t provider, moment now) const
{
    const auto& s = providers_[provider];
    if (!is_valid(s, now))
        return std::nullopt;
    return s.reading->ahead;
}

std::optional<milliseconds> provider_clocks::ahead(moment now) const
{
    std::vector<milliseconds> all;
    for (const auto& s : providers_)
        if (is_valid(s, now))
            all.push_back(s.reading->ahead);
    if (all.empty())
        return std::nullopt;
    return median_of(std::move(all));
}

clock_verdict provider_clocks::judge(std::span<const net::clock_comparison> readings)
{
    clock_verdict v;
    if (readings.empty())
        return v;
    const auto middle = median_of(readings);
    const auto agrees = [&](const net::clock_comparison& r) {
        return is_apart(r.ahead, r) && !is_apart(r.ahead - middle, r);
    };
    const auto most = 2 * static_cast<std::size_t>(std::ranges::count_if(readings, agrees));
    // One provider alone is no majority: it may be either clock.
    if (readings.size() > 1 && most > readings.size())
        v.machine = middle;
    for (std::size_t i = 0; i < readings.size(); ++i)
        if (is_apart(readings[i].ahead - v.machine.value_or(milliseconds{0}), readings[i]))
            v.odd.push_back(i);
    return v;
}

std::vector<provider_clocks::line> provider_clocks::changes(moment now)
{
    std::vector<net::clock_comparison> readings;
    std::vector<state*> of;
    for (auto& s : providers_)
        if (is_valid(s, now)) {
            readings.push_back(*s.reading);
            of.push_back(&s);
        }
    const auto v = judge(readings);
    std::vector<line> lines;
    say_machine(v, readings.size(), lines);
    for (std::size_t i = 0; i < of.size(); ++i) {
        const bool is_odd = std::ranges::find(v.odd, i) != v.odd.end();
        // Our clock was said to be wrong, and no other provider is left to decide anew.
        if (is_odd && of.size() == 1 && said_machine_)
            continue;
        say_provider(*of[i], v, is_odd, of.size() == 1, lines);
    }
    return lines;
}

void provider_clocks::say_machine(
    const clock_verdict& v, std::size_t known, std::vector<line>& into)
{
    if (v.machine) {
        if (!is_news(said_machine_, *v.machine))
            return;
        said_machine_ = v.machine;
        into.push_back(
            {false, "this machine's clock is " + words_of_span(*v.machine) +
                        (v.machine->count() > 0 ? " fast" : " slow")});
    } else if (said_machine_ && known > v.odd.size()) {
        said_machine_.reset();
        into.push_back({true, "this machine's clock is right again"});
    }
}

void provider_clocks::say_provider(
    state& s, const clock_verdict& v, bool is_odd, bool is_alone, std::vector<line>& into)
{
    if (!is_odd) {
        // If our clock turned out to be wrong, that line has been logged instead.
        if (std::exchange(s.said_ahead, std::nullopt) && !v.machine)
            into.push_back({true, "the clock of " + s.name + " agrees with this machine's again"});
        return;
    }
    // `ahead` is how far our clock is ahead of theirs, so theirs is ahead by the negative of it.
    const auto theirs = v.machine.value_or(milliseconds{0}) - s.reading->ahead;
    if (!is_news(s.said_ahead, theirs))
        return;
    s.said_ahead = theirs;
    const auto span = words_of_span(theirs);
    if (is_alone)
        into.push_back(
            {false, "this machine's clock is " + span +
                        (theirs.count() < 0 ? " ahead of " : " behind ") + "that of " + s.name +
                        ": one of the two is wrong"});
    else
        into.push_back(
            {false,
             "the clock of " + s.name + " is " + span + (theirs.count() > 0 ? " fast" : " slow")});
}

}  // namespace tickertape::feed
