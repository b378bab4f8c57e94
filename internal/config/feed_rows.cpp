#include "config/row_list.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace tickertape::config {

using namespace rules;
using namespace std::chrono_literals;

namespace {

// Those asked where nothing else is said.
std::string default_providers(std::span<const provider::row> known)
{
    std::vector<std::string> names;
    for (const auto& p : known)
        if (p.is_default)
            names.emplace_back(p.name);
    return join(names, ",");
}

std::string default_rate(const provider::row& p)
{
    auto rate = format_decimal(p.limit.per_minute);
    if (p.key != provider::key_use::none && p.limit_with_key.per_minute != p.limit.per_minute)
        rate += ", with a key " + format_decimal(p.limit_with_key.per_minute);
    return rate;
}

void add_provider_rows(row_list& rows, const provider::row& p)
{
    const std::string name{p.name};
    const std::string title{p.title};
    const auto prefix = upper_case(p.name);
    rows.add(
            prefix + "_URL", provider_url(name),
            "Where " + title + " is asked, instead of all its own addresses")
        .when_empty = p.urls.front();
    if (!p.socket_url.empty())
        rows.add(prefix + "_STREAM_URL", provider_socket_url(name), "Where " + title + " streams")
            .when_empty = p.socket_url;
    if (p.key != provider::key_use::none) {
        const bool needed = p.key == provider::key_use::required;
        rows.add(
                prefix + "_API_KEY", provider_api_key(name),
                "The key sent to " + title +
                    (needed ? ", which answers nobody without one" : "; none is sent when empty"))
            .secret = true;
    }
    rows.add(
            prefix + "_RATE", provider_rate(name),
            "How often " + title + " is asked at most, streams aside")
        .when_empty = default_rate(p);
}

}  // namespace

void add_feed_rows(row_list& rows, std::span<const provider::row> providers)
{
    rows.group = "Feed";
    rows.add(
            "PROVIDERS", provider_names(providers),
            "Where prices come from, in order of preference")
        .fallback = default_providers(providers);
    rows.add(
        "FEED",
        choice(
            [](auto& s) -> auto& { return s.live.mode; },
            {{"poll", feed::feed_mode::poll}, {"stream", feed::feed_mode::stream}}),
        "How prices come; poll: asked for every FETCH_INTERVAL; stream: over WebSockets where a "
        "provider has one, asked for elsewhere and while a socket is down");
    rows.add(
        "PRICE_POLICY",
        choice(
            [](auto& s) -> auto& { return s.live.policy.kind; },
            {{"fallback", pricing::policy_kind::fallback},
             {"median", pricing::policy_kind::median},
             {"weighted", pricing::policy_kind::weighted}}),
        "How several providers make one price; fallback: the first that answers with a good one; "
        "median: the middle of those that agree; weighted: their mean, each weighted by what was "
        "traded there in 24 hours, and the median where fewer than two say that");
    rows.add(
        "QUORUM",
        count(
            [](auto& s) -> auto& { return s.live.policy.quorum; }, 1, pricing::providers_max,
            "providers"),
        "How many providers must agree, unless PRICE_POLICY=fallback; with fewer there is no "
        "price");
    rows.add(
        "MAX_DEVIATION",
        followed_by(
            percent(
                [](auto& s) -> auto& { return s.live.policy.deviation_max; }, 0.1, 50),
            [](settings& s) {
                auto& p = s.live.policy;
                p.deviation_min =
                    std::min(pricing::policy_settings{}.deviation_min, p.deviation_max);
            }),
        "The furthest from the median that a provider's price counts");
    rows.add(
        "MAX_SPREAD",
        percent(
            [](auto& s) -> auto& { return s.live.quotes.spread_max; }, 0.01, 100),
        "The furthest apart that bid and ask of a market may be for its price to count");
    rows.add(
        "MAX_QUOTE_AGE",
        followed_by(
            duration(
                [](auto& s) -> auto& { return s.live.quotes.age_max; }, 1s, 24h),
            [](settings& s) { s.live.policy.age_max = s.live.quotes.age_max; }),
        "The age beyond which a provider's price does not count");
    rows.add(
        "FETCH_INTERVAL",
        duration(
            [](auto& s) -> auto& { return s.live.fetch.interval; }, 100ms, 1h),
        "The time from one fetch to the next");
    rows.add(
        "FETCH_DEADLINE",
        duration(
            [](auto& s) -> auto& { return s.live.fetch.deadline; }, 50ms, 1h),
        "The longest a fetch may take; FETCH_INTERVAL where that is shorter, but at least 2s");
    rows.add(
        "BREAKER_REST",
        followed_by(
            duration(
                [](auto& s) -> auto& { return s.live.breaker.open_first; }, 50ms, 10min),
            [](settings& s) { s.live.breaker.open_most = 24 * s.live.breaker.open_first; }),
        "How long a provider that keeps failing is not asked; doubled each time it goes on "
        "failing, up to 24 times this");
    rows.add(
        "RECONNECT_WAIT",
        followed_by(
            duration(
                [](auto& s) -> auto& { return s.live.reconnect.first; }, 50ms, 1min),
            [](settings& s) { s.live.reconnect.most = 60 * s.live.reconnect.first; }),
        "The longest first wait before a broken stream is connected again; doubled each time, up "
        "to 60 times this");
    rows.add(
        "TICKS_PER_SECOND",
        decimal([](auto& s) -> auto& { return s.live.ticks_per_second; }, 0.1, 1000, {}),
        "Ticks of one symbol in a second at most, with FEED=stream; the newest wins");
    rows.add(
        "ACCEPT_AS_USD", stablecoins(),
        "Stablecoins whose markets are taken for markets in USD; source says so");
    rows.add(
        "DERIVE", cross_rates(), "Prices made of two others, each one of SYMBOLS; source says so");
    rows.add(
        "CA_FILE",
        path(
            [](auto& s) -> auto& { return s.live.ca_file; }, "empty, or the path of a PEM file"),
        "Certificates to trust instead of the system's when a provider is asked");
    for (const auto& p : providers)
        add_provider_rows(rows, p);
}

}  // namespace tickertape::config
