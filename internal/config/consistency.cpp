#include "config/consistency.hpp"

#include "config/feed_rules.hpp"
#include "config/value.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace tickertape {
namespace {

// Whether prices come from others, over the network.
bool is_networked(const settings& s)
{
    // A local provider stands alone.
    return std::ranges::find(local_providers, s.providers.front()) == local_providers.end();
}

// What is wrong with the providers that are to be asked.
std::optional<std::string>
wrong_with_providers(const settings& s, std::span<const network_provider> known)
{
    for (const auto& p : known) {
        const std::string name{p.name};
        if (p.api_key == api_key_use::required && !s.access.at(name).api_key &&
            std::ranges::find(s.providers, name) != s.providers.end())
            return upper_case(name) + "_API_KEY is missing: PROVIDERS names " + name +
                   ", which answers nobody without a key";
    }
    if (is_networked(s) && s.policy == price_policy::median && s.quorum > s.providers.size())
        return "QUORUM=" + std::to_string(s.quorum) + " is more than the " +
               std::to_string(s.providers.size()) +
               " in PROVIDERS: with PRICE_POLICY=median there would never be a price";
    return std::nullopt;
}

// The time from one request to the next that the provider's rate and FETCH_INTERVAL leave.
std::chrono::milliseconds pace_of(const settings& s, const network_provider& p)
{
    const auto& access = s.access.at(std::string{p.name});
    const auto rate = access.requests_per_minute.value_or(
        access.api_key ? p.requests_per_minute_with_key : p.requests_per_minute);
    return std::max(
        s.fetch_interval,
        std::chrono::milliseconds{static_cast<std::int64_t>(std::ceil(60'000 / rate))});
}

bool is_streamed_by(const settings& s, const network_provider& p)
{
    return s.mode == fetch_mode::stream && !p.stream_url.empty();
}

// Those in PROVIDERS that are only asked, and so rarely that their last price is too old to count
// before the next can come.
std::vector<const network_provider*>
too_slow(const settings& s, std::span<const network_provider> known)
{
    std::vector<const network_provider*> slow;
    for (const auto& p : known)
        if (std::ranges::find(s.providers, p.name) != s.providers.end() && !is_streamed_by(s, p) &&
            pace_of(s, p) >= s.max_quote_age)
            slow.push_back(&p);
    return slow;
}

std::string words_of_pace(const settings& s, const network_provider& p)
{
    const auto pace = pace_of(s, p);
    const auto by =
        pace > s.fetch_interval ? upper_case(p.name) + "_RATE" : std::string{"FETCH_INTERVAL"};
    return std::string{p.name} + " is asked once in " + format_duration(pace) + " (" + by +
           "), which is not shorter than MAX_QUOTE_AGE=" + format_duration(s.max_quote_age);
}

// Between two healthy requests there would be no price.
std::optional<std::string>
wrong_with_pace(const settings& s, std::span<const network_provider> known)
{
    const auto slow = too_slow(s, known);
    const std::size_t needed = s.policy == price_policy::median ? s.quorum : 1;
    if (!is_networked(s) || slow.empty() || s.providers.size() - slow.size() >= needed)
        return std::nullopt;
    if (s.fetch_interval >= s.max_quote_age)
        return "FETCH_INTERVAL=" + format_duration(s.fetch_interval) +
               " is not shorter than MAX_QUOTE_AGE=" + format_duration(s.max_quote_age) +
               ": there would be no price between two fetches";
    return words_of_pace(s, *slow.front()) +
           ": there would be no price between two requests; set MAX_QUOTE_AGE to " +
           format_duration(2 * pace_of(s, *slow.front())) + " or the rate to what your plan allows";
}

std::optional<std::string> wrong_with_derivations(const settings& s)
{
    for (const auto& item : s.derive) {
        const auto names = symbols_of_derivation(item);
        assert(names);
        for (const auto& name : *names) {
            if (std::ranges::find(s.symbols, name) != s.symbols.end())
                continue;
            std::string line = "DERIVE: '";
            line.append(item).append("' needs ").append(name);
            return line + ", which is not served; accepted: symbols that SYMBOLS names";
        }
    }
    return std::nullopt;
}

// Whether anybody streams to us.
bool is_streamed(const settings& s, std::span<const network_provider> known)
{
    return s.mode == fetch_mode::stream &&
           std::ranges::any_of(known, [&s](const network_provider& p) {
               return !p.stream_url.empty() &&
                      std::ranges::find(s.providers, p.name) != s.providers.end();
           });
}

}  // namespace

std::optional<std::string> contradiction(const settings& s, std::span<const network_provider> known)
{
    if (std::ranges::find(s.providers, "replay") != s.providers.end() && !s.replay_file)
        return "REPLAY_FILE is missing: PROVIDERS=replay needs the recording to play";
    if (s.store_size > ticks_total_max / s.symbols.size())
        return "STORE_SIZE=" + std::to_string(s.store_size) + " for " +
               std::to_string(s.symbols.size()) + " SYMBOLS is more than the " +
               std::to_string(ticks_total_max) + " ticks one server keeps (4 GiB)";
    if (s.tls_certificate.has_value() != s.tls_key.has_value())
        return s.tls_key ? "TLS_CERTIFICATE is missing: TLS_KEY is nothing without it"
                         : "TLS_KEY is missing: TLS_CERTIFICATE is nothing without it";
    if (auto wrong = wrong_with_providers(s, known))
        return wrong;
    if (auto wrong = wrong_with_pace(s, known))
        return wrong;
    return wrong_with_derivations(s);
}

std::vector<std::string> doubts(const settings& s, std::span<const network_provider> known)
{
    std::vector<std::string> lines;
    if (!is_networked(s))
        return lines;
    const bool streamed = is_streamed(s, known);
    if (s.mode == fetch_mode::stream && !streamed)
        lines.emplace_back(
            "FEED=stream: nobody in PROVIDERS streams; all are asked every FETCH_INTERVAL");
    for (const auto* p : too_slow(s, known))
        lines.push_back(
            words_of_pace(s, *p) + ": its price counts for part of the time only; MAX_QUOTE_AGE=" +
            format_duration(2 * pace_of(s, *p)) + " or a higher rate would change that");
    if (!streamed && s.stale_after <= s.fetch_interval)
        lines.push_back(
            "STALE_AFTER=" + format_duration(s.stale_after) +
            " is not longer than FETCH_INTERVAL=" + format_duration(s.fetch_interval) +
            ": prices turn stale between two fetches");
    return lines;
}

}  // namespace tickertape
