#include "config/table.hpp"

#include "config/providers.hpp"
#include "core/symbol.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace tickertape {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::size_t path_bytes_max = 4096;
constexpr std::size_t api_key_bytes_max = 512;
constexpr std::size_t origins_max = 64;

// A rule for a member that `parse` gives and `format` writes.
template <class T, class Parse, class Format>
rule made_of(
    std::string accepted, std::string_view unit, T settings::*field, Parse parse, Format format)
{
    return {
        std::move(accepted), unit,
        [field, parse](settings& s, std::string_view text) -> std::optional<complaint> {
            auto value = parse(text);
            if (!value)
                return value.error();
            s.*field = static_cast<T>(*std::move(value));
            return std::nullopt;
        },
        [field, format](const settings& s) { return format(s.*field); }};
}

template <class T>
rule count(T settings::*field, std::uint64_t low, std::uint64_t high, std::string_view unit = {})
{
    return made_of(
        std::to_string(low) + " to " + std::to_string(high), unit, field,
        [=](std::string_view text) { return parse_count(text, low, high); },
        [](T value) { return std::to_string(value); });
}

rule decimal(double settings::*field, double low, double high, std::string_view unit)
{
    return made_of(
        format_decimal(low) + " to " + format_decimal(high), unit, field,
        [=](std::string_view text) { return parse_decimal(text, low, high); }, format_decimal);
}

rule boolean(bool settings::*field)
{
    return made_of("true or false", {}, field, parse_boolean, [](bool value) {
        return std::string{value ? "true" : "false"};
    });
}

rule duration(milliseconds settings::*field, milliseconds low, milliseconds high)
{
    return made_of(
        format_duration(low) + " to " + format_duration(high), "duration", field,
        [=](std::string_view text) { return parse_duration(text, low, high); }, format_duration);
}

rule bytes(std::size_t settings::*field, std::size_t low, std::size_t high)
{
    return made_of(
        format_bytes(low) + " to " + format_bytes(high), "bytes", field,
        [=](std::string_view text) { return parse_bytes(text, low, high); }, format_bytes);
}

template <class E>
rule choice(E settings::*field, std::vector<std::pair<std::string, E>> words)
{
    std::vector<std::string> names;
    for (const auto& [name, value] : words)
        names.push_back(name);
    return made_of(
        join(names, ", "), {}, field,
        [words](std::string_view text) -> parsed<E> {
            for (const auto& [name, value] : words)
                if (name == text)
                    return value;
            return because(text.empty() ? "is empty" : "is not one of them");
        },
        [words](E value) {
            return std::ranges::find(words, value, &std::pair<std::string, E>::second)->first;
        });
}

// Nothing, or the path of a file or a directory. Whether it can be read is seen when it is.
rule path(std::optional<std::string> settings::*field, std::string accepted)
{
    return made_of(
        std::move(accepted), {}, field,
        [](std::string_view text) -> parsed<std::optional<std::string>> {
            if (text.empty())
                return std::optional<std::string>{};
            if (text.size() > path_bytes_max)
                return because("is longer than " + std::to_string(path_bytes_max) + " bytes");
            if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
                return because("holds a control character");
            return std::optional<std::string>{text};
        },
        [](const std::optional<std::string>& value) { return value.value_or(""); });
}

rule address(std::string settings::*field)
{
    return made_of(
        "an IPv4 or IPv6 address; :: is both", {}, field, parse_address,
        [](const std::string& value) { return value; });
}

// Says which item of a list is refused, where there is more than one.
complaint because_of_item(std::size_t index, std::size_t items, const std::string& reason)
{
    if (items == 1)
        return because(reason);
    return because("is refused at item " + std::to_string(index + 1) + ", which " + reason);
}

parsed<std::vector<std::string>> parse_symbols(std::string_view text)
{
    const auto items = parse_list(text, symbol_table::symbols_max);
    if (!items)
        return items.error();
    std::vector<std::string> symbols;
    for (std::size_t i = 0; i < items->size(); ++i) {
        auto name = normalized_symbol((*items)[i]);
        if (!name)
            return because_of_item(i, items->size(), "is not a symbol");
        if (std::ranges::find(symbols, *name) == symbols.end())
            symbols.push_back(*std::move(name));
    }
    return symbols;
}

std::vector<std::string> provider_names()
{
    std::vector<std::string> names;
    for (const auto& p : network_providers)
        names.emplace_back(p.name);
    return names;
}

parsed<std::vector<std::string>> parse_providers(std::string_view text)
{
    const auto known = provider_names();
    const auto items = parse_list(text, known.size() + local_providers.size());
    if (!items)
        return items.error();
    std::vector<std::string> names;
    for (const auto item : *items) {
        const std::string name{item};
        const bool local = std::ranges::find(local_providers, name) != local_providers.end();
        if (!local && std::ranges::find(known, name) == known.end())
            return because("names a provider that does not exist");
        if (std::ranges::find(names, name) != names.end())
            return because("names '" + name + "' twice");
        if (local && items->size() > 1)
            return because(
                "mixes '" + name +
                "' with others: prices made up or played back never stand in for real ones");
        names.push_back(name);
    }
    return names;
}

parsed<cors_policy> parse_cors(std::string_view text)
{
    if (text == "*")
        return cors_policy{.any = true, .origins = {}};
    if (text == "none")
        return cors_policy{};
    const auto items = parse_list(text, origins_max);
    if (!items)
        return items.error();
    cors_policy policy;
    for (std::size_t i = 0; i < items->size(); ++i) {
        auto origin = parse_origin((*items)[i]);
        if (!origin)
            return because_of_item(i, items->size(), origin.error().reason());
        policy.origins.push_back(*std::move(origin));
    }
    return policy;
}

std::string format_cors(const cors_policy& policy)
{
    if (policy.any)
        return "*";
    return policy.origins.empty() ? "none" : join(policy.origins, ",");
}

rule seed(std::optional<std::uint64_t> settings::*field)
{
    return made_of(
        "empty, or 0 to 18446744073709551615", {}, field,
        [](std::string_view text) -> parsed<std::optional<std::uint64_t>> {
            if (text.empty())
                return std::optional<std::uint64_t>{};
            const auto value = parse_count(text, 0, UINT64_MAX);
            if (!value)
                return value.error();
            return std::optional{*value};
        },
        [](const auto& value) { return value ? std::to_string(*value) : std::string{}; });
}

rule start_price(std::optional<price> settings::*field)
{
    constexpr double price_max = 1e9;
    return made_of(
        "0 to 1000000000", "quote currency", field,
        [](std::string_view text) -> parsed<std::optional<price>> {
            const auto value = parse_decimal(text, 0, price_max);
            if (!value)
                return value.error();
            const auto p = price::from(*value);
            return p ? std::optional{*p} : std::nullopt;
        },
        [](const auto& value) { return value ? value->text() : std::string{"0"}; });
}

rule speed(double settings::*field)
{
    return made_of(
        "0, or 0.001 to 1000000", "times its own pace", field,
        [](std::string_view text) -> parsed<double> {
            auto value = parse_decimal(text, 0, 1e6);
            if (value && *value > 0 && *value < 0.001)
                return because("is below 0.001");
            return value;
        },
        format_decimal);
}

rule provider_url(std::string name)
{
    return {
        "http:// or https:// with a host, perhaps a port and a path",
        {},
        [name](settings& s, std::string_view text) -> std::optional<complaint> {
            auto url = parse_base_url(text);
            if (!url)
                return url.error();
            s.access[name].url = *std::move(url);
            return std::nullopt;
        },
        [name](const settings& s) { return s.access.at(name).url; }};
}

rule provider_api_key(std::string name)
{
    return {
        "empty, or up to " + std::to_string(api_key_bytes_max) + " visible ASCII characters",
        {},
        [name](settings& s, std::string_view text) -> std::optional<complaint> {
            if (text.size() > api_key_bytes_max)
                return because("is too long");
            // It becomes a header of a request: a line break in it would begin another one.
            if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; }))
                return because("holds a blank or a character that is not visible ASCII");
            auto& key = s.access[name].api_key;
            if (text.empty())
                key.reset();
            else
                key = std::string{text};
            return std::nullopt;
        },
        [name](const settings& s) { return s.access.at(name).api_key.value_or(""); }};
}

std::vector<setting> made_table()
{
    constexpr std::size_t kib = 1024;
    constexpr std::size_t mib = 1024 * kib;
    std::vector<setting> rows;
    std::string_view group;
    const auto row = [&](std::string name, std::string fallback, rule values, std::string meaning) {
        rows.push_back(
            {group, std::move(name), std::move(fallback), std::move(values), std::move(meaning)});
    };

    group = "Server";
    row("LISTEN_ADDRESS", "0.0.0.0", address(&settings::listen_address),
        "The address to listen on");
    row("PORT", "8082", count(&settings::port, 0, 65535),
        "The TCP port to listen on; 0 picks a free one and prints it");
    row("THREADS", "0", count(&settings::threads, 0, 256, "threads"),
        "Threads that serve subscribers; 0 is one per core");
    row("DRAIN_TIME", "5s", duration(&settings::drain_time, 0ms, 5min),
        "The longest time between SIGTERM and the exit, in which subscribers are sent elsewhere");

    group = "Symbols";
    row("SYMBOLS", "BTC-USD",
        made_of(
            "1 to " + std::to_string(symbol_table::symbols_max) +
                " symbols such as BTC-USD, between commas",
            {}, &settings::symbols, parse_symbols,
            [](const auto& names) { return join(names, ","); }),
        "What to serve; the first is what a stream carries that asks for none");
    row("STORE_SIZE", "8640", count(&settings::store_size, 2, 10'000'000, "ticks"),
        "Ticks kept in memory per symbol, 32 bytes each; the default is a day at one every 10 s");
    row("STALE_AFTER", "120s", duration(&settings::stale_after, 100ms, 24h),
        "The age at which a price counts as stale");

    group = "Feed";
    row("PROVIDERS", join(provider_names(), ","),
        made_of(
            "a list out of " + join(provider_names(), ", ") +
                "; or one of simulator, replay, pipe alone",
            {}, &settings::providers, parse_providers,
            [](const auto& names) { return join(names, ","); }),
        "Where prices come from, in order of preference");
    row("PRICE_POLICY", "fallback",
        choice(&settings::policy, {{"fallback", price_policy::fallback}}),
        "How several providers make one price; fallback: the first that answers with a good one");
    row("FETCH_INTERVAL", "10s", duration(&settings::fetch_interval, 100ms, 1h),
        "The time from one fetch to the next");
    row("FETCH_DEADLINE", "8s", duration(&settings::fetch_deadline, 50ms, 1h),
        "The longest a fetch may take; FETCH_INTERVAL where that is shorter");
    row("CA_FILE", "", path(&settings::ca_file, "empty, or the path of a PEM file"),
        "Certificates to trust instead of the system's when a provider is asked");
    for (const auto& p : network_providers) {
        row(upper_case(p.name) + "_URL", std::string{p.url}, provider_url(std::string{p.name}),
            "The base URL of " + std::string{p.title});
        if (!p.takes_api_key)
            continue;
        row(upper_case(p.name) + "_API_KEY", "", provider_api_key(std::string{p.name}),
            "The key sent to " + std::string{p.title} + "; none is sent when empty");
        rows.back().secret = true;
    }

    group = "Simulator and replay";
    row("SIMULATOR_SEED", "", seed(&settings::simulator_seed),
        "The same seed walks the same way; another one at each start when empty");
    row("SIMULATOR_PERIOD", "3s", duration(&settings::simulator_period, 1ms, 1h),
        "The time from one simulated price to the next");
    row("SIMULATOR_START", "0", start_price(&settings::simulator_start),
        "The first price of the first symbol; 0 is one near what it costs");
    row("SIMULATOR_STEP", "2", decimal(&settings::simulator_step, 0.001, 50, "%"),
        "The largest change from one simulated price to the next, up or down");
    row("REPLAY_FILE", "",
        path(&settings::replay_file, "empty, or the path of a CSV or JSON-lines file"),
        "The recording that PROVIDERS=replay plays");
    row("REPLAY_SPEED", "1", speed(&settings::replay_speed),
        "How fast the recording is played; 0 is as fast as possible");
    row("REPLAY_LOOP", "false", boolean(&settings::replay_loop),
        "Whether the recording begins again at its end");

    group = "Stream";
    row("HEARTBEAT", "15s", duration(&settings::heartbeat, 100ms, 5min),
        "The silence after which a subscriber is sent a heartbeat");
    row("RETRY", "2s", duration(&settings::retry, 100ms, 10min),
        "The mean wait before a cut subscriber reconnects; each is told its own, 50 % around it");
    row("SEND_BUFFER", "16KiB", bytes(&settings::send_buffer, 4 * kib, 4 * mib),
        "What the kernel may hold for one subscriber");

    group = "HTTP";
    row("CORS_ORIGINS", "*",
        made_of(
            "*, none, or up to " + std::to_string(origins_max) +
                " origins such as https://example.com, between commas",
            {}, &settings::cors_origins, parse_cors, format_cors),
        "The pages of other origins that may read answers");
    row("STATIC_DIR", "", path(&settings::static_dir, "empty, or the path of a directory"),
        "Serves the page from this directory; empty is the page compiled in");
    row("HEADER_TIMEOUT", "10s", duration(&settings::header_timeout, 100ms, 5min),
        "The longest a request may take to arrive");
    row("IDLE_TIMEOUT", "60s", duration(&settings::idle_timeout, 100ms, 1h),
        "The longest a connection may stay open between two requests");
    row("MAX_HEADER", "8KiB", bytes(&settings::max_header, 1 * kib, 1 * mib),
        "The largest request header");
    row("MAX_BODY", "64KiB", bytes(&settings::max_body, 0, 16 * mib), "The largest request body");

    group = "Logs";
    row("LOG_LEVEL", "info",
        choice(
            &settings::level, {{"debug", log_level::debug},
                               {"info", log_level::info},
                               {"warn", log_level::warn},
                               {"error", log_level::error}}),
        "The least important line that is written");
    row("LOG_FORMAT", "text",
        choice(&settings::format, {{"text", log_format::text}, {"json", log_format::json}}),
        "How a line is written");
    return rows;
}

}  // namespace

std::string setting::flag() const
{
    std::string out;
    for (const char c : name)
        out += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

const std::vector<setting>& setting_table()
{
    static const auto table = made_table();
    return table;
}

settings default_settings()
{
    settings s;
    for (const auto& row : setting_table()) {
        [[maybe_unused]] const auto refused = row.values.assign(s, row.fallback);
        assert(!refused);
    }
    return s;
}

std::optional<std::string> contradiction(const settings& s)
{
    if (std::ranges::find(s.providers, "replay") != s.providers.end() && !s.replay_file)
        return "REPLAY_FILE is missing: PROVIDERS=replay needs the recording to play";
    if (s.store_size > ticks_total_max / s.symbols.size())
        return "STORE_SIZE=" + std::to_string(s.store_size) + " for " +
               std::to_string(s.symbols.size()) + " SYMBOLS is more than the " +
               std::to_string(ticks_total_max) + " ticks one server keeps (4 GiB)";
    return std::nullopt;
}

}  // namespace tickertape
