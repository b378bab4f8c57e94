// Makes the feeds of the settings, and finds where redirects lead.
#include "feed/news_feed.hpp"

#include "core/random.hpp"
#include "net/errors.hpp"
#include "news/link.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

namespace tickertape::feed {

result<feed_address> parse_feed_address(std::string_view text)
{
    const auto host_begin = text.find("://");
    if (host_begin == std::string_view::npos)
        return net::net_errc::url_scheme;
    const auto path = std::min(text.find_first_of("/?#", host_begin + 3), text.size());
    auto host = net::parse_base_url(text.substr(0, path));
    if (!host)
        return host.error();
    auto target = text.substr(path);
    target = target.substr(0, target.find('#'));
    const bool is_visible = std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f; });
    if (!is_visible || target.size() > news::link_bytes_max)
        return net::net_errc::bad_url;
    return feed_address{
        *std::move(host), (target.starts_with('/') ? "" : "/") + std::string{target}};
}

std::optional<feed_address> redirected(const feed_address& from, std::string_view location)
{
    const auto link = news::absolute_link(location, from.text());
    if (!link)
        return std::nullopt;
    auto to = parse_feed_address(*link);
    if (!to || (from.host.is_tls && !to->host.is_tls))
        return std::nullopt;
    return *std::move(to);
}

gated_client::limits limits_of_news()
{
    gated_client::limits limits;
    limits.attempts_max = 2;
    limits.retry = {std::chrono::milliseconds{500}, std::chrono::milliseconds{2'000}};
    limits.deadline = news_response + std::chrono::milliseconds{9'000};
    limits.wait_max = std::chrono::milliseconds{10'000};
    limits.pause_max = std::chrono::milliseconds{0};
    return limits;
}

std::unique_ptr<news_feed> make_news_feed(
    const news::settings& wanted, const live_settings& live, feed_context::strand_type strand,
    const clock& time, const telemetry::logger& log, telemetry::metrics& figures,
    provider::gates& gates, boost::asio::ssl::context& trust, net::make_asker make_client)
{
    std::vector<std::string> texts(news::usual_feeds.begin(), news::usual_feeds.end());
    if (wanted.feeds)
        texts = *wanted.feeds;
    std::vector<feed_address> addresses;
    for (const auto& text : texts) {
        auto address = parse_feed_address(text);
        if (!address)
            throw std::runtime_error{
                "the address of a feed of news is none: " + address.error().message()};
        addresses.push_back(*std::move(address));
    }
    auto http = live.http;
    http.body_bytes_max = news::feed_bytes_max;
    http.response = news_response;
    news::cadence rhythm;
    rhythm.watched = wanted.interval;
    return std::make_unique<news_feed>(
        news_feed::parts{
            .strand = std::move(strand),
            .time = time,
            .log = log,
            .figures = figures,
            .gates = gates,
            .trust = trust,
            .http = http,
            .breaker = live.breaker,
            .random = make_random(),
            .make_client = std::move(make_client)},
        rhythm, std::move(addresses));
}

}  // namespace tickertape::feed
