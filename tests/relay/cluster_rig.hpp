// Instances of a cluster in one test: each with a feed, a tape that only remembers, and the lives
// that follow each other.
//
// Threads: one.
#pragma once

#include "fake_log.hpp"
#include "relay/instance.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/post.hpp>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::testing {

struct missed_range {
    position from;
    position to;
    gap_cause why;
    position place;  // behind that tick
};

// What one life of an instance was told, in its order.
struct recording_taker final : relay::tick_taker {
    explicit recording_taker(const log_history& of) : history{of} {}

    const log_history& history;
    std::vector<tape::past_tick> ticks;
    std::vector<missed_range> missed;
    position begins_after;
    std::uint64_t early = 0;  // before any log had it
    std::uint64_t out_of_order = 0;

    void begin(position unknown_until) override
    {
        if (!ticks.empty() || !missed.empty() || begins_after != position{})
            ++out_of_order;
        begins_after = unknown_until;
    }
    void take(const tape::past_tick& t) override
    {
        if (!history.ever.contains(t.at))
            ++early;
        if (!ticks.empty() && t.at <= ticks.back().at)
            ++out_of_order;
        ticks.push_back(t);
    }
    void miss(position from, position to, gap_cause why) override
    {
        missed.push_back({from, to, why, ticks.empty() ? position{} : ticks.back().at});
    }
    std::size_t times_missed(position p) const
    {
        const auto told =
            std::ranges::count_if(missed, [&](const auto& m) { return m.from < p && p <= m.to; });
        return static_cast<std::size_t>(told) + (p <= begins_after ? 1 : 0);
    }
    bool has(position p) const
    {
        return std::ranges::binary_search(ticks, p, {}, &tape::past_tick::at);
    }
};

struct rig_limits {
    relay::instance::limits instance{};
    std::chrono::milliseconds tick_each{50};
};

// One process, from its start to its end.
class life {
public:
    life(
        virtual_time& time, log_history& history, connection& way, virtual_clock& clock,
        std::string name, const rig_limits& limits, std::uint64_t seed, position top,
        const std::function<bool(position)>& had_before)
        : time_{time}, limits_{limits}, name_{std::move(name)}, random_{seed}, taker{history},
          log_{time, in, way}, started_after{top}
    {
        time_.add(in);
        instance.emplace(
            relay::instance::parts{
                log_, taker, symbols_, clock, says_, in.io.get_executor(),
                [this] { return time_.make_alarm(in); }, [this] { return random_(); },
                [had_before](const tape::past_tick& t) { return had_before(t.at); }, had_before,
                [this](bool wanted) { wants_prices = wanted; },
                [] {
                    return std::vector<std::pair<std::string, std::string>>{{"BTC-USD", "{}"}};
                },
                [] {}},
            limits_.instance, name_, top);
        instance->start();
        observe();
    }

    // kill -9: nothing of it has an effect any more.
    void kill()
    {
        is_dead = true;
        in.is_stopped = true;
    }
    bool lives() const { return !is_dead; }
    bool leads() const { return lives() && !in.is_stopped && instance->state().is_leader; }
    void stop() { instance->stop(); }

private:
    virtual_time& time_;
    const rig_limits limits_;
    const std::string name_;
    std::mt19937_64 random_;
    const symbol_table symbols_ = symbol_table::from(std::vector<std::string>{"BTC-USD"}).value();
    const telemetry::logger says_{
        std::getenv("RELAY_LOG") != nullptr ? telemetry::log_level::info
                                            : telemetry::log_level::error,
        telemetry::log_format::text};
    std::uint64_t observed_ = 0;

public:
    process in;
    recording_taker taker;
    bool wants_prices = false;
    bool observes = true;  // its feed has prices
    bool is_dead = false;

private:
    fake_log log_;

public:
    position started_after;
    std::optional<relay::instance> instance;

private:
    // Observes a price that nobody else observes, again and again.
    void observe()
    {
        if (is_dead)
            return;
        if (wants_prices && !in.is_stopped && observes)
            boost::asio::post(in.io, [this] {
                instance->observe(
                    {"BTC-USD", price::from(static_cast<double>(++observed_)).value(),
                     name_ + "." + std::to_string(random_() % 1'000'000'007), 0});
            });
        time_.after(limits_.tick_each, [this] { observe(); });
    }
};

// A machine on which one life follows another.
struct machine {
    machine(virtual_time& time, fake_master& to, std::string called, std::uint64_t seed)
        : name{std::move(called)}, clock{time}
    {
        way.to = &to;
        way.random.seed(seed);
    }

    const std::string name;
    virtual_clock clock;
    connection way;
    std::deque<life> lives;
    bool has_disk = true;

    life& now() { return lives.back(); }
    // Of all lives, if there is a disk.
    bool had_before(position p) const
    {
        return std::ranges::any_of(lives, [&](const life& l) { return l.taker.has(p); });
    }
    // Any life; an archive keeps that as it keeps ticks.
    bool was_told_before(position p) const
    {
        return std::ranges::any_of(
            lives, [&](const life& l) { return l.taker.times_missed(p) > 0; });
    }
    position newest() const
    {
        position newest{};
        for (const auto& l : lives)
            if (!l.taker.ticks.empty())
                newest = std::max(newest, l.taker.ticks.back().at);
        return newest;
    }
};

class cluster_rig {
public:
    explicit cluster_rig(std::uint64_t seed, std::size_t size = 3, rig_limits with = {})
        : limits{with}, random{seed}
    {
        master_ = &masters.emplace_back(time, history, "first");
        for (std::size_t i = 0; i < size; ++i) {
            machines.emplace_back(
                time, masters.back(), std::string(1, char('a' + i)), seed * 8 + i);
            start(i);
        }
    }
    ~cluster_rig()
    {
        is_ending_ = true;
        for (auto& m : machines) {
            m.way.to = nullptr;
            m.way.fails = 0;
            m.way.delay_max = std::chrono::milliseconds{2};
            for (auto& l : m.lives) {
                l.is_dead = true;
                l.in.is_stopped = false;
                l.stop();
            }
        }
        time.run_for(std::chrono::seconds{20});
    }
    cluster_rig(const cluster_rig&) = delete;
    cluster_rig& operator=(const cluster_rig&) = delete;

    // The next life of that machine: with what its disk has, or with nothing.
    void start(std::size_t i)
    {
        if (is_ending_)
            return;
        auto& m = machines[i];
        const auto top = m.has_disk ? m.newest() : position{};
        m.lives.emplace_back(
            time, history, m.way, m.clock, m.name, limits, random(), top, [&m](position p) {
                // While a life is made it has nothing.
                return m.has_disk ? m.had_before(p) : m.lives.back().taker.has(p);
            });
    }
    void kill(std::size_t i) { machines[i].now().kill(); }
    // All are sent there, as a failover does.
    void send_all_to(fake_master& to)
    {
        master_ = &to;
        for (auto& m : machines)
            m.way.to = &to;
        for (auto& m : masters)
            for (auto* r : m.readers)
                r->ring();
    }
    // A replica takes over that lacks the newest entries.
    fake_master& fail_over(std::size_t lost)
    {
        auto& next =
            masters.emplace_back(master(), lost, "lineage " + std::to_string(masters.size()));
        send_all_to(next);
        return next;
    }
    fake_master& master() { return *master_; }
    std::vector<std::size_t> leaders()
    {
        std::vector<std::size_t> all;
        for (std::size_t i = 0; i < machines.size(); ++i)
            if (machines[i].now().leads())
                all.push_back(i);
        return all;
    }
    void run_for(std::chrono::milliseconds span) { time.run_for(span); }

    rig_limits limits;
    std::mt19937_64 random;
    virtual_time time;
    log_history history;
    std::deque<fake_master> masters;
    std::deque<machine> machines;

private:
    fake_master* master_ = nullptr;  // the one that stays
    bool is_ending_ = false;
};

}  // namespace tickertape::testing
