// Client admission as one connection sees it: the client it counts for, and its permit.
//
// A connection of a stranger counts for that stranger from the start. One of a trusted proxy counts
// for nobody until a request on it names its client, and for nobody again after the answer, because
// a proxy may use the connection for another client next.
//
// Threads: one, its lane's; admission is safe on any.
#pragma once

#include "http/admission.hpp"

#include <span>
#include <string_view>
#include <utility>

namespace tickertape::http {

class client_admission {
public:
    // Takes a permit for a connection from `peer`, or a reserve permit if it is refused. Both
    // arguments outlive this.
    client_admission(admission& by, const trusted_proxies& proxies, const ip_address& peer);

    // False: there is no permit of either kind, and the connection is to be closed without a word.
    explicit operator bool() const noexcept { return permit_ != nullptr; }
    // Why it has a reserve permit only, with which it may be told so, once; none: it was
    // admitted.
    std::optional<refusal> refused() const noexcept { return refused_; }
    const ip_address& peer() const noexcept { return peer_; }

    struct judgement {
        ip_address client;  // for whom the request is
        std::optional<refusal> refused{};
        std::chrono::nanoseconds wait{};  // if refused for its rate: until it may ask again
    };
    // What a route says of its requests.
    struct terms {
        bool for_operators = false;  // needs no permit
        bool is_counted = true;      // against the rate of its client
    };
    // Whether a request that has been read may be answered. `forwarded` as for client_of(). A
    // connection that was refused is tried again.
    judgement judge(std::span<const std::string_view> forwarded, terms of, steady_time now);
    // The request judged last has been answered.
    void answered();

    // For the new owner of the connection.
    lease take_permit() noexcept { return std::move(permit_); }

private:
    std::optional<client_key> owner() const;
    std::optional<refusal> find_permit(client_key who);

    admission& by_;
    const trusted_proxies& proxies_;
    ip_address peer_;
    bool is_proxy_;
    lease permit_;
    std::optional<refusal> refused_;
};

}  // namespace tickertape::http
