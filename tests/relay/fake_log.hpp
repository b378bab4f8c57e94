// A shared log in memory, and the ways to it: a server that can forget, go away or be one of two,
// and connections that are slow or lose the answer.
//
// Threads: one.
#pragma once

#include "relay/shared_log.hpp"
#include "virtual_time.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tickertape::testing {

// All that any server ever took.
struct log_history {
    std::map<position, std::string> ever;
    std::map<position, position> follows;  // of each entry, when it was first appended
    std::uint64_t conflicts = 0;
    std::uint64_t marks = 0;

    void note(const relay::entry& e)
    {
        follows.try_emplace(e.at, e.first_after());
        const auto [there, is_new] = ever.try_emplace(e.at, e.words);
        if (!is_new && there->second != e.words)
            ++conflicts;
    }
};

class fake_master {
public:
    fake_master(const virtual_time& time, log_history& history, std::string of_lineage)
        : lineage{std::move(of_lineage)}, time_{time}, clock_{time}, history_{history}
    {
    }
    // A replica that takes over without the newest `lost` entries.
    fake_master(const fake_master& of, std::size_t lost, std::string of_lineage)
        : entries{of.entries}, lineage{std::move(of_lineage)}, mark{of.mark}, slots{of.slots},
          time_{of.time_}, clock_{of.time_}, history_{of.history_}
    {
        entries.resize(entries.size() - std::min(lost, entries.size()));
        top = entries.empty() ? position{} : entries.back().at;
    }

    std::vector<relay::entry> entries;
    position top;
    std::string lineage;
    std::string mark;
    bool is_down = false;
    std::string holder;
    steady_time holder_until{};
    std::map<unsigned, std::pair<std::string, steady_time>> slots;
    std::map<std::string, std::string> announced;
    std::map<std::string, std::string> latest;
    std::set<relay::alarm*> readers;

    // DEL of the stream.
    void forget_stream()
    {
        entries.clear();
        top = {};
    }
    // FLUSHALL.
    void flush()
    {
        forget_stream();
        mark.clear();
        slots.clear();
        announced.clear();
        lose_lease();
    }
    void lose_lease() { holder.clear(); }
    void trim(std::size_t kept)
    {
        if (entries.size() > kept)
            entries.erase(entries.begin(), entries.end() - static_cast<std::ptrdiff_t>(kept));
    }

    relay::log_state state() const { return {top, clock_.wall_now(), lineage, mark}; }

    // `some`: how many of the batch are written before the connection is lost. As redis_log: a
    // batch that is appended goes on behind what is there of it.
    enum class what { append, heal };
    relay::append_answer
    put(what how, position after, const std::vector<relay::entry>& batch, std::size_t some)
    {
        using outcome = relay::append_answer::outcome;
        auto from = batch.begin();
        if (top != after) {
            const auto own = std::ranges::find(batch, top, &relay::entry::at);
            if (own == batch.end() || (how == what::heal && own + 1 != batch.end()))
                return {outcome::moved, top};
            from = own + 1;
        }
        const bool begins = top == position{};
        if (how == what::heal || begins)
            mark = "mark " + std::to_string(++history_.marks);
        for (; from != batch.end(); ++from) {
            if (some-- == 0)
                break;
            history_.note(*from);
            entries.push_back(*from);
            entries.back().after = top;
            top = from->at;
        }
        for (auto* r : readers)
            r->ring();
        return {outcome::done, top, begins ? mark : ""};
    }
    relay::lease_answer lease(const std::string& token, std::chrono::milliseconds lifetime)
    {
        if (holder_until <= time_.now())
            holder.clear();
        // As redis_log: what is none of ours, and far ahead, is taken away.
        if (!entries.empty() && top.time() > clock_.wall_now() + std::chrono::minutes{1})
            top = entries.back().at;
        if (holder.empty() || holder == token) {
            holder = token;
            holder_until = time_.now() + lifetime;
        }
        return {holder == token, holder, state()};
    }
    bool holds(const std::string& token) const
    {
        return holder == token && time_.now() < holder_until;
    }

private:
    const virtual_time& time_;
    virtual_clock clock_;
    log_history& history_;
};

// How the calls of one instance go.
struct connection {
    fake_master* to = nullptr;  // null: nobody answers
    std::mt19937_64 random{1};
    bool refuses_appends = false;
    double fails = 0;  // of the calls, half of them after they have had their effect
    std::chrono::milliseconds delay_max{2};
    std::uint64_t fenced = 0;
    std::uint64_t calls = 0;
};

class fake_log final : public relay::shared_log {
public:
    fake_log(virtual_time& time, process& in, connection& way) : time_{time}, in_{in}, way_{way} {}

    task<relay::append_answer> append(
        const std::string& token, position after, const std::vector<relay::entry>& batch) override
    {
        auto effect = [&, after, this](fake_master& m, std::size_t some) -> relay::append_answer {
            if (!m.holds(token)) {
                ++way_.fenced;
                return {relay::append_answer::outcome::not_leader, m.top};
            }
            return m.put(fake_master::what::append, after, batch, some);
        };
        if (way_.refuses_appends)
            co_return relay::relay_errc::refused;
        co_return co_await call<relay::append_answer>(std::move(effect), batch.size());
    }
    task<std::vector<relay::entry>>
    read(position after, std::size_t most, milliseconds wait) override
    {
        const auto until = time_.now() + wait;
        const auto arrivals = time_.make_alarm(in_);
        for (;;) {
            co_await sleep();
            auto* const m = way_.to;
            if (m == nullptr || m->is_down || fails())
                co_return relay::relay_errc::unreachable;
            read_from_ = m->lineage;
            std::vector<relay::entry> found;
            for (auto e = std::ranges::upper_bound(m->entries, after, {}, &relay::entry::at);
                 e != m->entries.end() && found.size() < most; ++e)
                found.push_back(*e);
            if (!found.empty() || time_.now() >= until)
                co_return found;
            m->readers.insert(arrivals.get());
            co_await arrivals->wait(until);
            m->readers.erase(arrivals.get());
        }
    }
    std::uint64_t foreign() const override { return 0; }
    std::string read_from() const override { return read_from_; }
    task<std::vector<relay::entry>> read_back(position from, std::size_t most) override
    {
        auto effect = [=](fake_master& m, std::size_t) {
            std::vector<relay::entry> found;
            auto e = std::ranges::upper_bound(m.entries, from, {}, &relay::entry::at);
            while (e != m.entries.begin() && found.size() < most)
                found.push_back(*--e);
            return found;
        };
        return call<std::vector<relay::entry>>(effect, 1);
    }
    task<relay::log_state> look() override
    {
        auto effect = [](fake_master& m, std::size_t) { return m.state(); };
        return call<relay::log_state>(effect, 1);
    }
    task<relay::lease_answer> lease(const std::string& token, milliseconds lifetime) override
    {
        auto effect = [&, lifetime](fake_master& m, std::size_t) {
            return m.lease(token, lifetime);
        };
        return call<relay::lease_answer>(effect, 1);
    }
    task<void> resign(const std::string& token) override
    {
        auto effect = [&](fake_master& m, std::size_t) {
            if (m.holder == token)
                m.lose_lease();
            return true;
        };
        const auto done = co_await call<bool>(effect, 1);
        if (!done)
            co_return done.error();
        co_return result<void>{};
    }
    task<relay::append_answer> heal(position after, const std::vector<relay::entry>& batch) override
    {
        auto effect = [&, after](fake_master& m, std::size_t some) {
            return m.put(fake_master::what::heal, after, batch, some);
        };
        return call<relay::append_answer>(effect, batch.size());
    }
    task<unsigned>
    claim_slot(const std::string& instance, unsigned wanted, milliseconds lifetime) override
    {
        constexpr unsigned none = 16;
        auto effect = [&, wanted, lifetime, this](fake_master& m, std::size_t) {
            for (unsigned i = 0; i < none; ++i) {
                auto& [who, until] = m.slots[(wanted + i) % 16];
                if (who != instance && until > time_.now())
                    continue;
                who = instance;
                until = time_.now() + lifetime;
                return (wanted + i) % 16;
            }
            return none;
        };
        auto slot = co_await call<unsigned>(effect, 1);
        if (slot && *slot == none)
            co_return relay::relay_errc::no_slot;
        co_return slot;
    }
    task<std::vector<relay::announced>>
    announce(const relay::announced& self, milliseconds) override
    {
        auto effect = [&](fake_master& m, std::size_t) {
            const auto before = std::exchange(m.announced[self.instance], self.words);
            std::vector<relay::announced> all;
            for (const auto& [name, words] : m.announced)
                all.push_back({name, name == self.instance && !before.empty() ? before : words});
            return all;
        };
        return call<std::vector<relay::announced>>(effect, 1);
    }
    task<relay::put_outcome> put_latest(
        const std::string& token, const std::vector<std::pair<std::string, std::string>>& prices,
        milliseconds) override
    {
        auto effect = [&](fake_master& m, std::size_t) {
            if (!m.holds(token))
                return relay::put_outcome::not_leader;
            for (const auto& [symbol, text] : prices)
                m.latest[symbol] = text;
            return relay::put_outcome::done;
        };
        return call<relay::put_outcome>(effect, 1);
    }

private:
    // The effect takes place at the server between two delays, of which each may lose it.
    template <class T, class Effect>
    task<T> call(Effect effect, std::size_t parts)
    {
        ++way_.calls;
        co_await sleep();
        if (way_.to == nullptr || way_.to->is_down || fails())
            co_return relay::relay_errc::unreachable;
        const bool is_lost = fails();
        const auto some = is_lost ? way_.random() % (parts + 1) : parts;
        auto answer = effect(*way_.to, some);
        co_await sleep();
        if (is_lost)
            co_return relay::relay_errc::too_slow;
        co_return std::move(answer);
    }
    bool fails()
    {
        return way_.fails > 0 && std::uniform_real_distribution<>{}(way_.random) < way_.fails / 2;
    }
    asio::awaitable<void> sleep()
    {
        const auto until =
            time_.now() + milliseconds{static_cast<int>(
                              way_.random() % static_cast<std::uint64_t>(way_.delay_max.count()))};
        const auto a = time_.make_alarm(in_);
        co_await a->wait(until);
    }

    virtual_time& time_;
    process& in_;
    connection& way_;
    std::string read_from_;
};

}  // namespace tickertape::testing
