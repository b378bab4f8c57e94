// What is shown beside prices: the market's table, Bitcoin's network, the Fear and Greed Index,
// the rates of currencies and the news, where they are wanted.
#include "application.hpp"

#include "feed_choice.hpp"
#include "net/tls_trust.hpp"

namespace tickertape {

// Instances of a cluster would each ask for themselves, and spend what one of them may.
bool application::is_market_wanted() const
{
    const bool is_live = kind_of_feed(settings_.providers) == archive::feed_kind::live;
    return settings_.market.is_on.value_or(is_live && !settings_.relay.is_wanted());
}

std::unique_ptr<feed::market_feed> application::open_market()
{
    if (!is_market_wanted())
        return nullptr;
    const auto& s = settings_;
    const bool is_live = kind_of_feed(s.providers) == archive::feed_kind::live;
    market_trust_.emplace(net::make_tls_context(s.live.ca_file));
    return feed::make_market_feed(
        {s.market, s.live, s.access}, {provider_strand_, symbols_, time_, log_, metrics_, is_live},
        gates_, *market_trust_);
}

std::unique_ptr<feed::network_feed> application::open_network()
{
    if (!is_market_wanted())
        return nullptr;
    const auto& s = settings_;
    return feed::make_network_feed(
        {s.market, s.live, s.access}, {provider_strand_, time_, log_, metrics_}, gates_,
        *market_trust_);
}

std::unique_ptr<feed::fear_greed_feed> application::open_fear_greed()
{
    if (!is_market_wanted())
        return nullptr;
    const auto& s = settings_;
    return feed::make_fear_greed_feed(
        {s.market, s.live, s.access}, {provider_strand_, time_, log_, metrics_}, gates_,
        *market_trust_);
}

std::unique_ptr<feed::currency_feed> application::open_currencies()
{
    if (!is_market_wanted())
        return nullptr;
    const auto& s = settings_;
    return feed::make_currency_feed(
        {s.market, s.live, s.access}, {provider_strand_, time_, log_, metrics_}, gates_,
        *market_trust_);
}

// By default there are news where there is the market's table.
std::unique_ptr<feed::news_feed> application::open_news()
{
    const auto& wanted = settings_.news;
    if (wanted.feeds ? wanted.feeds->empty() : !is_market_wanted())
        return nullptr;
    news_trust_.emplace(net::make_tls_context(settings_.live.ca_file));
    return feed::make_news_feed(
        wanted, settings_.live, provider_strand_, time_, log_, metrics_, gates_, *news_trust_);
}

}  // namespace tickertape
