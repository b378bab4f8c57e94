// Explores every execution of one writer and one reader that share atomic locations: each
// interleaving of their steps and, in weak memory, each value a load may return.
//
// Weak memory is the release/acquire part of C++20 as an operational model. A location is the list
// of all writes to it. A thread has a *view*: for each location, the oldest write it may still
// read. A load returns any write not older than that and moves the view up to it. A release store
// attaches the writer's view to the write; an acquire load that returns this write joins that view
// to the reader's own. A relaxed store attaches nothing but itself, a relaxed load joins nothing.
//
// One reader stands for any number: readers store nothing, so none can tell whether others exist.
// For the same reason, and because the writer reads only what it wrote itself, nothing is lost by
// not modelling stores that take effect early: no such store can depend on a load.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tickertape::interleaving {

using location = std::uint8_t;
using word = std::uint8_t;
using reg = std::uint8_t;

constexpr std::size_t locations_max = 24;
constexpr std::size_t registers_max = 16;
// What a register holds into which nothing was loaded.
constexpr word unset = 0xFF;

using registers = std::array<word, registers_max>;

// Every location holds 0 at first.
struct store {
    location to;
    word value;
    std::memory_order order;
};

struct load {
    reg into;
    location from;
    std::memory_order order;
    // Left out where this says no. Empty: always loaded.
    std::function<bool(const registers&)> when = {};
};

enum class memory { sequential, weak };

struct exploration {
    std::uint64_t states = 0;
    std::uint64_t executions = 0;
    // Names of forbidden outcomes that exist, and how each comes about the first time.
    std::map<std::string, std::string> forbidden = {};
};

class explorer {
public:
    // Gives the name of a forbidden outcome, or nothing.
    using judge = std::function<std::string(const registers&)>;

    explorer(std::vector<store> writer, std::vector<load> reader, memory model, judge look)
        : writer_{std::move(writer)}, reader_{std::move(reader)}, model_{model}, look_{std::move(
                                                                                     look)}
    {
        view own{};
        for (auto& h : history_)
            h.push_back({0, 0, {}});
        for (std::size_t i = 0; i < writer_.size(); ++i) {
            const auto& s = writer_[i];
            written_end_ = std::max<std::size_t>(written_end_, s.to + 1U);
            auto& h = history_[s.to];
            own[s.to] = static_cast<std::uint8_t>(h.size());
            view attached{};
            attached[s.to] = own[s.to];
            h.push_back({s.value, i + 1, s.order == std::memory_order_release ? own : attached});
        }
    }

    exploration run()
    {
        found_ = {};
        seen_.clear();
        state start{};
        start.loaded.fill(unset);
        found_.executions = executions_from(start);
        found_.states = seen_.size();
        return found_;
    }

private:
    // For each location, how many of its writes are too old to be read.
    using view = std::array<std::uint8_t, locations_max>;

    struct write {
        word value;
        std::size_t after_steps;  // there once the writer has made that many steps
        view attached;
    };

    // The memory follows from how far the writer is.
    struct state {
        std::uint8_t writer_steps;
        std::uint8_t reader_steps;
        registers loaded;
        view known;

        friend bool operator==(const state&, const state&) = default;
    };
    static_assert(std::has_unique_object_representations_v<state>, "a state is hashed as bytes");
    struct hash_of_bytes {
        std::size_t operator()(const state& s) const
        {
            return std::hash<std::string_view>{}({reinterpret_cast<const char*>(&s), sizeof s});
        }
    };
    struct step {
        char who;
        location at;
        word value;
    };

    std::uint64_t executions_from(const state& s)
    {
        if (const auto known = seen_.find(s); known != seen_.end())
            return known->second;
        std::uint64_t executions = 0;
        if (s.reader_steps == reader_.size()) {
            // What the writer still does changes nothing for this reader.
            executions = 1;
            if (const auto wrong = look_(s.loaded); !wrong.empty())
                found_.forbidden.try_emplace(wrong, text(path_));
        } else {
            executions = writer_goes_on(s) + reader_goes_on(s);
        }
        seen_.emplace(s, executions);
        return executions;
    }

    std::uint64_t writer_goes_on(state s)
    {
        if (s.writer_steps == writer_.size())
            return 0;
        const auto& next = writer_[s.writer_steps++];
        return along({'w', next.to, next.value}, s);
    }

    std::uint64_t reader_goes_on(const state& s)
    {
        const auto& next = reader_[s.reader_steps];
        auto then = s;
        ++then.reader_steps;
        if (next.when && !next.when(s.loaded))
            return executions_from(then);
        const auto& writes = history_[next.from];
        std::uint64_t executions = 0;
        for (std::size_t i = s.known[next.from]; i < writes.size(); ++i) {
            if (writes[i].after_steps > s.writer_steps)
                break;
            const bool is_newest =
                i + 1 == writes.size() || writes[i + 1].after_steps > s.writer_steps;
            if (model_ == memory::sequential && !is_newest)
                continue;
            then.loaded[next.into] = writes[i].value;
            then.known = s.known;
            then.known[next.from] = static_cast<std::uint8_t>(i);
            if (next.order == std::memory_order_acquire)
                for (std::size_t l = 0; l < written_end_; ++l)
                    then.known[l] = std::max(then.known[l], writes[i].attached[l]);
            executions += along({'r', next.from, writes[i].value}, then);
        }
        return executions;
    }

    std::uint64_t along(const step& next, const state& s)
    {
        path_.push_back(next);
        const auto executions = executions_from(s);
        path_.pop_back();
        return executions;
    }

    // "w3=5 r3=0": 5 was written to location 3, and a load from there returned 0.
    static std::string text(const std::vector<step>& path)
    {
        std::string all;
        for (const auto& s : path)
            all += std::string{' ', s.who} + std::to_string(s.at) + '=' + std::to_string(s.value);
        return all;
    }

    std::vector<store> writer_;
    std::size_t written_end_ = 0;  // no location from here on is ever written
    std::vector<load> reader_;
    memory model_;
    judge look_;
    std::array<std::vector<write>, locations_max> history_;
    std::unordered_map<state, std::uint64_t, hash_of_bytes> seen_;
    std::vector<step> path_;
    exploration found_;
};

}  // namespace tickertape::interleaving
