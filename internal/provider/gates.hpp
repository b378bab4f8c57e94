// The gates of all providers that this process asks: one for each name, shared by everything that
// asks that provider. A provider counts our requests together, so a limit, a breaker or a pause
// that only one caller keeps to is none.
//
// Threads: one strand, which all that ask a provider run on; the application has it. What this
// hands out is used on that strand only.
#pragma once

#include "provider/gate.hpp"
#include "provider/registry.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::provider {

// What our settings say of the access to a provider.
struct access {
    std::string_view api_key{};          // empty: none
    std::optional<double> per_minute{};  // requests; none: what the registry says
};

// The limit of requests that follows from both.
rate_limit limit_of(const row& provider, const access& ours) noexcept;

class gates {
public:
    gates() = default;
    gates(const gates&) = delete;
    gates& operator=(const gates&) = delete;

    // The one gate of that provider. The first call makes it, its bucket full and its breaker
    // closed. It lives as long as this.
    // Throws std::runtime_error, one line, if the limits are not those of the first call: two that
    // ask one provider under different limits would keep to neither.
    gate& of(const row& provider, const access& ours, breaker_limits breaker, steady_time now)
    {
        return of(provider.name, limit_of(provider, ours), breaker, now);
    }
    gate& of(std::string_view name, rate_limit limit, breaker_limits breaker, steady_time now);

    // A pause that this provider asked for is known from elsewhere. Its gate may be made later.
    void pause(std::string_view name, steady_time until);
    // Calls `see(name, gate)` for each that was made, in the order of their names.
    template <class See>
    void each(const See& see) const
    {
        for (const auto& [name, one] : by_name_)
            see(std::string_view{name}, one);
    }

private:
    std::map<std::string, steady_time, std::less<>>
        early_;  // pauses of those that are not made yet
    std::map<std::string, gate, std::less<>> by_name_;
};

}  // namespace tickertape::provider
