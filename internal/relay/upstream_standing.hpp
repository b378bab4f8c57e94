// How far behind another server this instance is, from what that says of itself when it is asked.
//
// An answer names the newest tick that the other had, and how far behind others it was. Once that
// tick has come here, this instance was as far as the other at the time of the question. So all is
// measured by our own monotonic clock: a stream that is silent, late or dead looks the same to it,
// and neither server's wall clock matters.
//
// No clock, no I/O. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "core/position.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace tickertape::relay {

// What /api/cluster of a Tickertape says.
struct upstream_word {
    std::string kind;  // of its feed; empty: it does not know, or says none that we know
    // How far it is behind; none: it does not know.
    std::optional<std::chrono::milliseconds> lag{};
    position newest{};           // its newest tick; position{}: it has none, or does not say
    bool is_relay_away = false;  // the relay of its cluster does not answer
};
// None: that is no such answer.
std::optional<upstream_word> read_upstream_word(const boost::json::value& answer);

class upstream_standing {
public:
    using milliseconds = std::chrono::milliseconds;

    struct limits {
        // Questions are some time apart, and so are their answers: less than that is no lag.
        milliseconds usual{4'000};
        // Answers of which the newest tick has not come yet; the newest of them is replaced.
        std::size_t open_max = 16;
    };

    explicit upstream_standing(limits bounds) noexcept : limits_{bounds} {}

    // It was asked then, and has answered. `top`: what has come here by now.
    void looked(steady_time asked, const upstream_word& said, position top);
    // All up to there has come.
    void reached(position top);
    // It has answered with something else: it cannot be asked.
    void refused() noexcept { is_refused_ = true; }
    // True: nothing is known from here, and the stream itself has to tell.
    bool is_refused() const noexcept { return is_refused_; }

    // None: not known yet, or the other does not know.
    std::optional<milliseconds> behind(steady_time now) const;
    // Whether it has said lately that its relay is away.
    bool is_relay_away(steady_time now) const noexcept
    {
        return is_relay_away_ && now - looked_ <= limits_.usual;
    }

private:
    struct look {
        steady_time asked;
        position newest;
        std::optional<milliseconds> lag;
    };

    limits limits_;
    std::deque<look> open_;
    std::optional<look> sure_;  // the last of which the newest tick has come
    position top_{};
    bool is_refused_ = false;
    bool is_relay_away_ = false;
    steady_time looked_{};
};

}  // namespace tickertape::relay
