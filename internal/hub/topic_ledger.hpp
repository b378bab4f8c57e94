// What a lane knows of the topics: every part as it is now, and the version in which it changed.
// One version says what a subscriber has been sent, as on the notice board.
//
// Threads: one, its lane's.
#pragma once

#include "core/position.hpp"
#include "hub/topic_board.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tickertape::hub {

class topic_ledger {
public:
    using version = std::uint32_t;
    // A subscriber keeps its version in three bytes. Beyond them versions begin anew.
    static constexpr version version_max = (version{1} << 24) - 1;
    class kept_version {
    public:
        constexpr kept_version() noexcept = default;
        constexpr kept_version(version v) noexcept
            : bytes_{
                  static_cast<std::uint8_t>(v), static_cast<std::uint8_t>(v >> 8),
                  static_cast<std::uint8_t>(v >> 16)}
        {
        }
        constexpr operator version() const noexcept
        {
            return bytes_[0] | version{bytes_[1]} << 8 | version{bytes_[2]} << 16;
        }

    private:
        std::array<std::uint8_t, 3> bytes_{};
    };

    // A client that comes back with an id is sent what changed since then, and in the time before
    // that: another instance may have learned of it so much earlier or later.
    static constexpr std::chrono::seconds overlap{30};
    // Changes that are known by their time. One who comes back from before them is sent all.
    static constexpr std::size_t changes_kept = 256;

    struct part {
        std::size_t topic = 0;
        version changed = 0;
        std::string_view text;  // empty: the head of the topic alone
    };
    struct news {
        bool is_any = false;
        bool began_anew = false;  // versions that were given before mean nothing any more
    };

    explicit topic_ledger(version most = version_max) noexcept : most_{most} {}

    // Takes what the board has now. `seen`: how far the lane has seen the tapes.
    news take(const topic_board& from, position seen);
    // Positions begin anew: no id of before says what its client has.
    void enter_era() noexcept { changes_.clear(); }

    // What a client has that was sent events up to that id; 0: nothing.
    version known_at(position p) const noexcept;

    version newest() const noexcept { return newest_; }
    // The parts that changed after that version, in the order of theirs. Valid until take().
    std::span<const part> after(version known) const noexcept;
    // The topics that have a state.
    const topic_state* state_of(std::size_t topic) const noexcept
    {
        return held_[topic].state.get();
    }

private:
    struct held_topic {
        std::shared_ptr<const topic_state> state;
        version head_changed = 0;
        std::unordered_map<std::string_view, version> changed;  // by key, of the state's parts
    };
    struct change {
        position seen;
        version before;
    };

    void take_topic(held_topic& held, std::shared_ptr<const topic_state> state);
    void list_parts();

    version most_;
    std::uint64_t revision_ = 0;
    std::array<held_topic, topics_max> held_;
    std::vector<part> parts_;  // in the order of their versions
    std::deque<change> changes_;
    version newest_ = 0;
};

}  // namespace tickertape::hub
