#include "startup_words.hpp"

#include "config/value.hpp"
#include "core/timestamp.hpp"
#include "edge.hpp"
#include "synthetic/settings.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace tickertape {
namespace {

// The least time from one tick of a symbol to the next, and the setting that says so; none: the
// input of a replay or a pipe decides.
std::optional<std::pair<std::chrono::duration<double>, std::string>>
pace_of(const config::settings& s)
{
    const auto& first = s.providers.front();
    if (edge::is_wanted(s))
        return std::nullopt;
    if (first == "simulator")
        return std::pair{
            std::chrono::duration<double>{s.simulator.period},
            "SIMULATOR_PERIOD=" + config::format_duration(s.simulator.period)};
    if (std::ranges::find(synthetic::feed_names, first) != synthetic::feed_names.end())
        return std::nullopt;
    if (s.live.mode == feed::feed_mode::stream)
        return std::pair{
            std::chrono::duration<double>{1 / s.live.ticks_per_second},
            "TICKS_PER_SECOND=" + config::format_decimal(s.live.ticks_per_second)};
    return std::pair{
        std::chrono::duration<double>{s.live.fetch.interval},
        "FETCH_INTERVAL=" + config::format_duration(s.live.fetch.interval)};
}

}  // namespace

std::string url_of(const config::settings& s, std::uint16_t port)
{
    const bool is_any = s.listen_address == "0.0.0.0" || s.listen_address == "::";
    const bool is_v6 = s.listen_address.find(':') != std::string::npos;
    const auto host = is_any  ? std::string{"localhost"}
                      : is_v6 ? "[" + s.listen_address + "]"
                              : s.listen_address;
    return (s.tls_certificate ? "https://" : "http://") + host + ":" + std::to_string(port) + "/";
}

std::string words_of_reach(const config::settings& s)
{
    auto words = std::to_string(s.store_size) + " ticks of each symbol";
    if (const auto pace = pace_of(s))
        words += ", " +
                 words_of_span(std::chrono::duration_cast<std::chrono::milliseconds>(
                     pace->first * static_cast<double>(s.store_size))) +
                 " or more (" + pace->second + ")";
    return words;
}

}  // namespace tickertape
