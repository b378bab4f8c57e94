// Admission: limits on connections, in all and for each client, and on the requests of each client.
//
// It remembers a client only while the client holds a connection, or while its token bucket is
// filling up again. So its memory is bounded by `connections` and `remembered`.
//
// Threads: any. One mutex, around a few lookups: connections and requests are rare, and a permit
// that is given back is the only call from a busy lane.
#pragma once

#include "core/clock.hpp"
#include "core/lease.hpp"
#include "core/token_bucket.hpp"
#include "http/client_address.hpp"
#include "http/limits.hpp"
#include "http/refusal.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace tickertape::http {

// Sets `connections` and `reserve` for a process that may have that many descriptors, of which it
// needs `own` itself. `wanted`: how many connections were configured; 0: as many as there are
// descriptors for, up to connections_unasked_max.
void set_connections(
    admission_limits& of, std::size_t descriptors, std::size_t own, std::size_t wanted) noexcept;

inline constexpr std::size_t connections_unasked_max = 100'000;
// The reserve is that part of the permits, within bounds.
inline constexpr std::size_t reserve_part = 32;
inline constexpr std::size_t reserve_least = 64;
inline constexpr std::size_t reserve_most = 2'048;
// How many seconds' worth of requests a client may send at once.
inline constexpr double burst_seconds = 2;

class admission {
public:
    // All permits are given back before this ends.
    explicit admission(admission_limits limits) noexcept;
    admission(const admission&) = delete;
    admission& operator=(const admission&) = delete;

    struct entry {
        lease permit;
        std::optional<refusal> refused;  // if there is no permit: why
    };
    // A permit for a connection of that client; of none, if it is not known yet.
    entry enter(std::optional<client_key> who);
    // A permit for a connection that was refused, to tell it so; empty if all of those are taken.
    lease enter_reserve();
    // Makes `permit`, as enter() gave it, count for that client, or for none. Returns false and
    // changes nothing if the client has as many as one may have.
    bool assign(lease& permit, std::optional<client_key> who);

    // Takes a token of the client's bucket. Returns how long the client has to wait if there is
    // none, and zero if there was one.
    std::chrono::nanoseconds ask(client_key who, steady_time now);

    struct figures {
        std::size_t connections;  // permits taken
        std::size_t reserve;      // reserve permits taken
        std::size_t clients;      // remembered
        std::size_t forgotten;    // since the start, because of `remembered`
    };
    figures now() const;
    const admission_limits& limits() const noexcept { return limits_; }

private:
    class unowned_permits final : public lessor {
    public:
        explicit unowned_permits(admission& of) : of_{of} {}
        void give_back() noexcept override;

    private:
        admission& of_;
    };
    class reserve_permits final : public lessor {
    public:
        explicit reserve_permits(admission& of) : of_{of} {}
        void give_back() noexcept override;

    private:
        admission& of_;
    };
    // A client is itself the lessor of its permits, so that a permit takes no memory of its own.
    class client final : public lessor {
    public:
        explicit client(admission& of, client_key key) : of_{of}, key_{key} {}
        void give_back() noexcept override;

        client_key key() const noexcept { return key_; }

        std::size_t connections = 0;
        // While it is not full: then it stands in `filling_`.
        std::optional<token_bucket> requests;

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
    mutable std::mutex mutex_;  // of all below
    unowned_permits unowned_{*this};
    reserve_permits reserve_{*this};
    std::map<client_key, client> clients_;
    std::set<std::pair<steady_time, client_key>> filling_;  // by when their bucket is full
    figures figures_{};
};

}  // namespace tickertape::http
