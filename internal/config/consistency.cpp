#include "config/consistency.hpp"

#include "config/value.hpp"
#include "core/text.hpp"
#include "feed/provider_access.hpp"
#include "synthetic/settings.hpp"

#include <algorithm>
#include <cmath>

namespace tickertape::config {
namespace {

// Whether prices come from others, over the network.
bool is_networked(const settings& s)
{
    // A local provider stands alone.
    return std::ranges::find(synthetic::feed_names, s.providers.front()) ==
           synthetic::feed_names.end();
}

// What is wrong with the providers that are to be asked.
std::optional<std::string>
wrong_with_providers(const settings& s, std::span<const provider::row> known)
{
    for (const auto& p : known) {
        const std::string name{p.name};
        if (p.key == provider::key_use::required && s.access.at(name).api_key.empty() &&
            std::ranges::find(s.providers, name) != s.providers.end())
            return upper_case(name) + "_API_KEY is missing: PROVIDERS names " + name +
                   ", which answers nobody without a key";
    }
    if (is_networked(s) && pricing::combines(s.live.policy.kind) &&
        s.live.policy.quorum > s.providers.size())
        return "QUORUM=" + std::to_string(s.live.policy.quorum) + " is more than the " +
               std::to_string(s.providers.size()) + " in PROVIDERS: with PRICE_POLICY=" +
               std::string{pricing::to_string(s.live.policy.kind)} +
               " there would never be a price";
    return std::nullopt;
}

// What prices may take of the provider in a month, where that is the least of its limits.
std::optional<double> monthly_pace(const settings& s, const provider::row& p)
{
    const auto market_calls = s.market.is_on.value_or(true) ? s.market.calls_a_month : 0;
    const auto plan = feed::plan_of_prices(s.access.at(std::string{p.name}), p, market_calls);
    return plan ? std::optional{plan->per_minute} : std::nullopt;
}

// The time from one request to the next that the provider's limits and FETCH_INTERVAL leave.
std::chrono::milliseconds pace_of(const settings& s, const provider::row& p)
{
    const auto& access = s.access.at(std::string{p.name});
    auto rate = access.per_minute.value_or(
        !access.api_key.empty() ? p.limit_with_key.per_minute : p.limit.per_minute);
    if (const auto plan = monthly_pace(s, p))
        rate = std::min(rate, *plan);
    return std::max(
        s.live.fetch.interval,
        std::chrono::milliseconds{static_cast<std::int64_t>(std::ceil(60'000 / rate))});
}

bool is_streamed_by(const settings& s, const provider::row& p)
{
    return s.live.mode == feed::feed_mode::stream && !p.socket_url.empty();
}

// Those in PROVIDERS that are only asked, and so rarely that their last price is too old to count
// before the next can come.
std::vector<const provider::row*> too_slow(const settings& s, std::span<const provider::row> known)
{
    std::vector<const provider::row*> slow;
    for (const auto& p : known)
        if (std::ranges::find(s.providers, p.name) != s.providers.end() && !is_streamed_by(s, p) &&
            pace_of(s, p) >= s.live.quotes.age_max)
            slow.push_back(&p);
    return slow;
}

std::string words_of_pace(const settings& s, const provider::row& p)
{
    const auto pace = pace_of(s, p);
    const auto rate = upper_case(p.name) + "_RATE";
    auto by = std::string{"FETCH_INTERVAL"};
    if (pace > s.live.fetch.interval)
        by = monthly_pace(s, p)
                 ? "it gives " + std::to_string(p.calls_a_month) +
                       " requests a month for nothing, of which the market has MARKET_CALLS; " +
                       rate + " if you have more"
                 : rate;
    return std::string{p.name} + " is asked once in " + format_duration(pace) + " (" + by +
           "), which is not shorter than MAX_QUOTE_AGE=" + format_duration(s.live.quotes.age_max);
}

// Between two healthy requests there would be no price.
std::optional<std::string> wrong_with_pace(const settings& s, std::span<const provider::row> known)
{
    const auto slow = too_slow(s, known);
    const std::size_t needed = pricing::combines(s.live.policy.kind) ? s.live.policy.quorum : 1;
    if (!is_networked(s) || slow.empty() || s.providers.size() - slow.size() >= needed)
        return std::nullopt;
    if (s.live.fetch.interval >= s.live.quotes.age_max)
        return "FETCH_INTERVAL=" + format_duration(s.live.fetch.interval) +
               " is not shorter than MAX_QUOTE_AGE=" + format_duration(s.live.quotes.age_max) +
               ": there would be no price between two fetches";
    return words_of_pace(s, *slow.front()) +
           ": there would be no price between two requests; set MAX_QUOTE_AGE to " +
           format_duration(2 * pace_of(s, *slow.front())) + " or the rate to what your plan allows";
}

// Whether anybody streams to us.
bool is_streamed(const settings& s, std::span<const provider::row> known)
{
    return s.live.mode == feed::feed_mode::stream &&
           std::ranges::any_of(known, [&s](const provider::row& p) {
               return !p.socket_url.empty() &&
                      std::ranges::find(s.providers, p.name) != s.providers.end();
           });
}

}  // namespace

std::optional<std::string> contradiction(const settings& s, std::span<const provider::row> known)
{
    if (std::ranges::find(s.providers, "replay") != s.providers.end() && s.replay.path.empty())
        return "REPLAY_FILE is missing: PROVIDERS=replay needs the recording to play";
    if (!is_networked(s) && !s.derive.empty())
        return "DERIVE: PROVIDERS=" + s.providers.front() +
               " derives no prices, and those symbols would never have one; leave DERIVE out, or "
               "have prices of exchanges";
    if (s.store_size > ticks_total_max / s.symbols.size())
        return "STORE_SIZE=" + std::to_string(s.store_size) + " for " +
               std::to_string(s.symbols.size()) + " SYMBOLS is more than the " +
               std::to_string(ticks_total_max) + " ticks one server keeps (4 GiB)";
    if (s.tls_certificate.has_value() != s.tls_key.has_value())
        return s.tls_key ? "TLS_CERTIFICATE is missing: TLS_KEY is nothing without it"
                         : "TLS_KEY is missing: TLS_CERTIFICATE is nothing without it";
    if (auto wrong = wrong_with_providers(s, known))
        return wrong;
    return wrong_with_pace(s, known);
}

std::vector<std::string> doubts(const settings& s, std::span<const provider::row> known)
{
    std::vector<std::string> lines;
    if (!is_networked(s))
        return lines;
    const bool streamed = is_streamed(s, known);
    if (s.live.mode == feed::feed_mode::stream && !streamed)
        lines.emplace_back(
            "FEED=stream: nobody in PROVIDERS streams; all are asked every FETCH_INTERVAL");
    for (const auto* p : too_slow(s, known))
        lines.push_back(
            words_of_pace(s, *p) + ": its price counts for part of the time only; MAX_QUOTE_AGE=" +
            format_duration(2 * pace_of(s, *p)) + " or a higher rate would change that");
    if (!streamed && s.streams.stale.limit <= s.live.fetch.interval)
        lines.push_back(
            "STALE_AFTER=" + format_duration(s.streams.stale.limit) +
            " is not longer than FETCH_INTERVAL=" + format_duration(s.live.fetch.interval) +
            ": prices turn stale between two fetches");
    return lines;
}

}  // namespace tickertape::config
