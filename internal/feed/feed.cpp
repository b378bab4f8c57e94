#include "feed/feed.hpp"

#include "feed/fetch_loop.hpp"
#include "feed/http_client.hpp"
#include "feed/pipe.hpp"
#include "feed/providers/registry.hpp"
#include "feed/replay.hpp"
#include "feed/simulator.hpp"
#include "feed/tls_trust.hpp"
#include "feed/url.hpp"

#include <algorithm>
#include <stdexcept>

namespace tickertape {
namespace {

namespace ssl = boost::asio::ssl;

bool is_networkless(const std::string& name)
{
    return name == "simulator" || name == "replay" || name == "pipe";
}

[[noreturn]] void refuse_unknown(const std::string& name)
{
    std::string known = "simulator, replay, pipe";
    for (const auto& row : provider_rows())
        known += ", " + std::string{row.name};
    throw std::runtime_error{"unknown provider '" + name + "': known are " + known};
}

// Before anything else: a failed exchange must never be silently replaced by prices nobody paid.
void check_mix(const std::vector<provider_settings>& providers)
{
    if (providers.empty())
        throw std::runtime_error{"no provider is configured"};
    for (std::size_t i = 0; i < providers.size(); ++i) {
        const auto& name = providers[i].name;
        if (!is_networkless(name) && find_provider(name) == nullptr)
            refuse_unknown(name);
        if (is_networkless(name) && providers.size() > 1)
            throw std::runtime_error{
                "provider '" + name +
                "' stands alone: its prices must not stand in for those of an exchange"};
        for (std::size_t j = 0; j < i; ++j)
            if (providers[j].name == name)
                throw std::runtime_error{"provider '" + name + "' is configured twice"};
    }
}

// A key goes into a header as it is.
bool is_header_safe(const std::string& key)
{
    return std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
}

std::unique_ptr<provider> make_provider(
    const provider_settings& settings, const feed_settings& all, const feed_context& context,
    ssl::context& trust)
{
    const auto& row = *find_provider(settings.name);
    const auto url = settings.url.empty() ? std::string{row.default_url} : settings.url;
    const auto base = parse_base_url(url);
    if (!base)
        throw std::runtime_error{
            "bad URL '" + url + "' for provider '" + settings.name +
            "': " + base.error().message()};
    if (!is_header_safe(settings.api_key))
        throw std::runtime_error{
            "the API key of provider '" + settings.name + "' has spaces or other odd characters"};
    return row.make(
        {context.symbols, std::make_unique<http_client>(context.strand, *base, trust, all.http),
         settings.api_key});
}

}  // namespace

std::unique_ptr<feed> make_feed(const feed_settings& settings, const feed_context& context)
{
    check_mix(settings.providers);
    const auto& first = settings.providers.front().name;
    if (first == "simulator")
        return make_simulator(context, settings.simulator);
    if (first == "replay")
        return make_replay(context, settings.replay);
    if (first == "pipe")
        return make_pipe(context, settings.pipe);

    auto trust = std::make_unique<ssl::context>(make_tls_context(settings.ca_file));
    std::vector<std::unique_ptr<provider>> providers;
    for (const auto& p : settings.providers)
        providers.push_back(make_provider(p, settings, context, *trust));
    return make_fetch_loop(context, settings.fetch, std::move(trust), std::move(providers));
}

}  // namespace tickertape
