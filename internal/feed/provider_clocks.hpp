// Compares this machine's wall clock with those of the providers, by the Date of their answers, and
// says whose is wrong: if most of the providers agree that it is ours, it is ours.
//
// No clock and no I/O. Threads: one.
#pragma once

#include "net/answer_date.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tickertape::feed {

// The clocks that are wrong according to these readings.
struct clock_verdict {
    // By how much ours is ahead of where most of the providers see it, if that is too much.
    std::optional<std::chrono::milliseconds> machine{};
    // The readings, by index, that are too far from our clock or, where ours is wrong, from what
    // the other providers say.
    std::vector<std::size_t> odd{};
};

class provider_clocks {
public:
    // Less than this is not logged: Date has whole seconds, and caches hold answers back.
    static constexpr std::chrono::seconds off_min{10};
    // An older reading says nothing of now.
    static constexpr std::chrono::minutes reading_max{10};
    // If the wall clock moved so much further than the steady one since a reading, or less, it has
    // stepped or the machine slept: the reading was of another clock.
    static constexpr std::chrono::seconds step_min{2};

    // One line for the log.
    struct line {
        bool is_good;  // something is right again
        std::string words;
    };

    explicit provider_clocks(std::vector<std::string> providers);

    void note(std::size_t provider, const net::clock_comparison& reading);

    // How far our clock is ahead of the provider's. None: not known.
    std::optional<std::chrono::milliseconds> ahead(std::size_t provider, moment now) const;
    // The median of these. None: no provider's is known.
    std::optional<std::chrono::milliseconds> ahead(moment now) const;

    // The lines to log since the last call: once when a clock is found to be wrong, again when
    // it is wrong by another amount, and once when it is right again.
    std::vector<line> changes(moment now);

    static clock_verdict judge(std::span<const net::clock_comparison> readings);

private:
    struct state {
        std::string name;
        std::optional<net::clock_comparison> reading{};
        std::optional<std::chrono::milliseconds> said_ahead{};  // as last said in the log
    };

    bool is_valid(const state& s, moment now) const;
    void say_machine(const clock_verdict& v, std::size_t known, std::vector<line>& into);
    void say_provider(
        state& s, const clock_verdict& v, bool is_odd, bool is_alone, std::vector<line>& into);

    std::vector<state> providers_;
    std::optional<std::chrono::milliseconds> said_machine_;
};

}  // namespace tickertape::feed
