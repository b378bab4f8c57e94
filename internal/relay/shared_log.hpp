// A log that the instances of a cluster share: entries in the order of their positions, and a lease
// that says which instance should append.
//
// The lease only says who should. What keeps the log one chain is that append() names the entry it
// follows: of two that follow the same entry one is refused.
//
// All coroutines: never throw; have a deadline of their own; end soon after the caller is
// cancelled. Errors of all: relay_errc::unreachable, ::too_slow, ::refused, ::bad_answer;
// operation_aborted. After an error nobody knows whether the call has had its effect: look() tells.
//
// Threads: one strand. One read() or read_back() at a time, and beside it one call of the others.
#pragma once

#include "core/clock.hpp"
#include "core/errors.hpp"
#include "relay/entry.hpp"
#include "relay/errors.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tickertape::relay {

struct log_state {
    position top;         // the highest that was ever given, also if that entry is gone
    wall_time time;       // by the clock of the log's server
    std::string lineage;  // another one where another server answers, or one that has forgotten
    // Another one after entries were put back, and where the log began anew: there may be entries
    // now before the top of one who has read them all.
    std::string mark{};
};

struct append_answer {
    enum class outcome {
        done,        // or was done before: the same batch, repeated
        moved,       // the top is another; nothing was appended
        not_leader,  // the lease is another's; nothing was appended
    };
    outcome how;
    position top;
    std::string mark{};  // of the log, where it began with what was appended
};

struct lease_answer {
    bool is_ours;
    std::string holder;  // its token; empty where nobody has the lease
    log_state state;
};

enum class put_outcome {
    done,
    not_leader,  // the lease is another's; nothing was done
};

// Another instance, as it last announced itself.
struct announced {
    std::string instance;
    std::string words;  // JSON, the announcer's
};

class shared_log {
public:
    template <class T>
    using task = boost::asio::awaitable<result<T>>;
    using milliseconds = std::chrono::milliseconds;

    virtual ~shared_log() = default;

    // Appends the entries, of which the first comes after `after`, which must be the top, and each
    // other after the one before it. Idempotent. `token`: who holds the lease.
    virtual task<append_answer>
    append(const std::string& token, position after, const std::vector<entry>& batch) = 0;
    // The first entries after `after`, in their order, at most `most`. Where there is none it waits
    // for one, for `wait` at most; no entry: none came.
    virtual task<std::vector<entry>> read(position after, std::size_t most, milliseconds wait) = 0;
    // How many entries were passed over that are none of ours.
    virtual std::uint64_t foreign() const = 0;
    // The server that has answered the last read().
    virtual std::string read_from() const = 0;
    // The entries at `from` and before, newest first, at most `most`.
    virtual task<std::vector<entry>> read_back(position from, std::size_t most) = 0;
    virtual task<log_state> look() = 0;

    // Takes the lease where nobody has it; renews it where it is ours.
    virtual task<lease_answer> lease(const std::string& token, milliseconds lifetime) = 0;
    // Gives it back, if it is ours.
    virtual task<void> resign(const std::string& token) = 0;
    // Puts entries back that the log has lost, all after its top: `after` must be the top. Each
    // keeps what it followed at first (entry::born_after). Needs no lease, because it can only put
    // back what was there.
    virtual task<append_answer> heal(position after, const std::vector<entry>& batch) = 0;
    // A number that no other living instance has, 0 to position::slot_max. Kept for `lifetime`;
    // to be asked for again before. `wanted`: tried first. Errors also: relay_errc::no_slot.
    virtual task<unsigned>
    claim_slot(const std::string& instance, unsigned wanted, milliseconds lifetime) = 0;

    // Says that this instance lives, for `lifetime`; returns all that live. Under its own name it
    // finds what was there before, if there was anything.
    virtual task<std::vector<announced>> announce(const announced& self, milliseconds lifetime) = 0;
    // Keeps the newest prices for other programs: a text for each symbol, for `lifetime`.
    virtual task<put_outcome> put_latest(
        const std::string& token, const std::vector<std::pair<std::string, std::string>>& prices,
        milliseconds lifetime) = 0;
};

}  // namespace tickertape::relay
