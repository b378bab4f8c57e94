// Who may come in: how many connections there are in all and of each client, and how many requests
// a client may ask.
//
// It remembers a client only while that holds a connection, or while its bucket of requests is
// filling up again. So what it holds is bounded by `connections` and `remembered`.
//
// Threads: any. One mutex, around a few lookups: connections and requests are rare compared with
// ticks, and nothing on the path of a tick comes here but a subscriber that leaves.
#pragma once

#include "core/clock.hpp"
#include "hub/lease.hpp"
#include "web/client_address.hpp"
#include "web/refusal.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace tickertape {

struct admission_limits {
    std::size_t connections = 10'000;           // sessions and streams together
    std::size_t reserve = 64;                   // beyond them, held only to be told so
    std::size_t connections_per_client = 0;     // 0: as many as there are
    double requests_per_second_per_client = 0;  // two seconds' worth at once; 0: any number
    // Clients whose bucket is filling up. Beyond that the one that is next to be full is forgotten,
    // and may ask again a little too early: whoever has so many addresses is not stopped by this.
    std::size_t remembered = 16'384;
};

// Sets `connections` and `reserve` for a process that may have that many descriptors, of which it
// needs `own` itself. `wanted`: how many connections somebody asked for; 0: as many as there are
// descriptors for, but not more than a machine that nobody has looked at survives.
void set_connections(
    admission_limits& of, std::size_t descriptors, std::size_t own, std::size_t wanted) noexcept;

inline constexpr std::size_t connections_unasked_max = 100'000;

class admission {
public:
    // Whoever holds a place gives it back before this ends.
    explicit admission(admission_limits limits) noexcept;
    admission(const admission&) = delete;
    admission& operator=(const admission&) = delete;

    struct entry {
        lease place;
        std::optional<refusal> refused;  // where there is no place: why
    };
    // A place for a connection of that client; of nobody, where it is not known yet whose it is.
    entry enter(std::optional<client_key> who);
    // A place in the reserve, for a connection that was refused; empty where that is full as well.
    lease wait_outside();
    // Makes `place`, as enter() gave it, count as that client's, or as nobody's. Returns false and
    // changes nothing where the client has its share already.
    bool assign(lease& place, std::optional<client_key> who);

    // How long the client has to wait until it may ask; zero: it may, and that counts.
    std::chrono::nanoseconds ask(client_key who, steady_time now);

    struct figures {
        std::size_t connections;  // places taken
        std::size_t outside;      // of the reserve
        std::size_t clients;      // remembered
        std::size_t forgotten;    // since the start, because of `remembered`
    };
    figures now() const;
    const admission_limits& limits() const noexcept { return limits_; }

private:
    class place_of_nobody final : public lessor {
    public:
        explicit place_of_nobody(admission& of) : of_{of} {}
        void give_back() noexcept override;

    private:
        admission& of_;
    };
    class place_outside final : public lessor {
    public:
        explicit place_outside(admission& of) : of_{of} {}
        void give_back() noexcept override;

    private:
        admission& of_;
    };
    // A client is itself the lessor of its places, so that a place costs nothing beside it.
    class client final : public lessor {
    public:
        explicit client(admission& of, client_key key) : of_{of}, key_{key} {}
        void give_back() noexcept override;

        client_key key() const noexcept { return key_; }

        std::size_t connections = 0;
        // When its bucket is full again; it stands in `filling_` until then.
        std::optional<steady_time> full_at;

    private:
        admission& of_;
        const client_key key_;
    };

    client& client_of(client_key who);
    void leave(client& c) noexcept;
    void forget_if_idle(client_key who) noexcept;
    void forget_the_full(steady_time now);
    void forget_first_bucket();

    const admission_limits limits_;
    std::chrono::nanoseconds one_{};  // the time that brings one request
    std::chrono::nanoseconds all_{};  // the time that fills an empty bucket
    mutable std::mutex mutex_;        // of all below
    place_of_nobody nobody_{*this};
    place_outside outside_{*this};
    std::map<client_key, client> clients_;
    std::set<std::pair<steady_time, client_key>> filling_;  // by when their bucket is full
    figures figures_{};
};

}  // namespace tickertape
