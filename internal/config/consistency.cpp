#include "config/consistency.hpp"

#include "config/feed_rules.hpp"
#include "config/value.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cassert>

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
    if (!streamed && s.stale_after <= s.fetch_interval)
        lines.push_back(
            "STALE_AFTER=" + format_duration(s.stale_after) +
            " is not longer than FETCH_INTERVAL=" + format_duration(s.fetch_interval) +
            ": prices turn stale between two fetches");
    return lines;
}

}  // namespace tickertape
