// What streams can follow beside prices: topics, each a list of parts that change now and then,
// such as the coins of the market's table.
//
// A stream that follows a topic is sent all its parts, and then those that change. A part is state
// and not an event: of two changes in a row a slow subscriber is sent the newer one.
//
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tickertape::hub {

inline constexpr std::size_t topics_max = 8;
// Topics by their numbers: bit i is the topic i.
using topic_set = std::uint32_t;
constexpr topic_set set_of(std::size_t topic) noexcept
{
    return topic_set{1} << topic;
}

// All texts are JSON on one line.
struct topic_part {
    std::string key;  // the part's own within the topic
    std::string text;
};

// {<head>,"<list>":[<parts>]} is what an event of the topic says.
struct topic_state {
    std::string event;  // its name: "market"
    std::string head;   // members that stand in each event: "currency":"usd","stale":false
    std::string list;   // "coins"
    // A part that was there before and is not any more is not told: the head says how many there
    // are, or the client keeps what it had.
    std::vector<topic_part> parts;
};

// The newest state of each topic.
class topic_board {
public:
    using states = std::array<std::shared_ptr<const topic_state>, topics_max>;

    void post(std::size_t topic, std::shared_ptr<const topic_state> state)
    {
        const std::scoped_lock lock{mutex_};
        newest_[topic] = std::move(state);
        // release: pairs with revision(). Whoever sees the number finds the state.
        revision_.fetch_add(1, std::memory_order_release);
    }

    // Another one after each post.
    std::uint64_t revision() const noexcept { return revision_.load(std::memory_order_acquire); }
    // Null: nothing was posted on the topic.
    states newest() const
    {
        const std::scoped_lock lock{mutex_};
        return newest_;
    }

private:
    mutable std::mutex mutex_;
    states newest_;
    std::atomic<std::uint64_t> revision_{0};
};

}  // namespace tickertape::hub
