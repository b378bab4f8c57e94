// What a connection is to admission: whose it is, and whether it has a place.
//
// A connection of a stranger is that stranger's from the start. One of a trusted proxy is nobody's,
// until a request on it says on whose behalf it is, and nobody's again after the answer, because a
// proxy may use it for somebody else next.
//
// Threads: one, its lane's; admission sees to itself.
#pragma once

#include "web/admission.hpp"

#include <span>
#include <string_view>
#include <utility>

namespace tickertape {

class visitor {
public:
    // Takes a place for a connection from `peer`, or one in the reserve. Both outlive this.
    visitor(admission& by, const trusted_proxies& proxies, const ip_address& peer);

    // Without a place of either kind there is nobody to be told anything.
    explicit operator bool() const noexcept { return place_ != nullptr; }
    // Why there is no place but in the reserve; none: there is one. What it can be used for is to
    // say so, once.
    std::optional<refusal> refused() const noexcept { return refused_; }
    const ip_address& peer() const noexcept { return peer_; }

    struct judgement {
        ip_address client;  // on whose behalf the request is
        std::optional<refusal> refused{};
        std::chrono::nanoseconds wait{};  // where it asks too often: until it may
    };
    // Whether a request that has been read may be answered. `forwarded` as for client_of(). One
    // that had no place has another try; one that is for operators needs none.
    judgement
    judge(std::span<const std::string_view> forwarded, bool for_operators, steady_time now);
    // The request judged last has been answered.
    void answered();

    // For the stream that the connection becomes.
    lease take_place() noexcept { return std::move(place_); }

private:
    std::optional<client_key> owner() const;
    std::optional<refusal> find_place(client_key who);

    admission& by_;
    const trusted_proxies& proxies_;
    ip_address peer_;
    bool is_proxy_;
    lease place_;
    std::optional<refusal> refused_;
};

}  // namespace tickertape
