// What is shown beside prices: the market's table, Bitcoin's network, the Fear and Greed Index,
// the rates of currencies and the news, where they are wanted.
#include "application.hpp"

#include "feed_choice.hpp"
#include "net/tls_trust.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tickertape {

// An edge shows the prices of another server, and asks nobody.
bool application::is_market_wanted() const
{
    const bool is_live = kind_of_feed(settings_.providers) == archive::feed_kind::live;
    const bool is_edge = settings_.relay.is_wanted() && !cluster::is_wanted(settings_);
    return settings_.market.is_on.value_or(is_live && !is_edge);
}

std::unique_ptr<feed::market_feed> application::open_market()
{
    if (!is_market_wanted())
        return nullptr;
    const auto& s = settings_;
    const bool is_live = kind_of_feed(s.providers) == archive::feed_kind::live;
    market_trust_.emplace(net::make_tls_context(s.live.ca_file));
    coingecko_budget_.emplace(feed::coingecko_budget(s.market, time_.steady_now()));
    return feed::make_market_feed(
        {s.market, s.live, s.access}, {provider_strand_, symbols_, time_, log_, metrics_, is_live},
        *coingecko_budget_, gates_, *market_trust_);
}

std::unique_ptr<feed::coin_feed> application::open_coins()
{
    if (!is_market_wanted())
        return nullptr;
    const auto& s = settings_;
    return feed::make_coin_feed(
        {s.market, s.live, s.access}, {provider_strand_, time_, log_, metrics_}, *coingecko_budget_,
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

// Only where the operator says so: its figures may not be used commercially.
std::unique_ptr<feed::realised_feed> application::open_realised()
{
    if (!is_market_wanted() || !settings_.market.has_coin_metrics)
        return nullptr;
    const auto& s = settings_;
    return feed::make_realised_feed(
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

std::vector<feed::kept_figures*> application::kept_figures()
{
    std::vector<feed::kept_figures*> figures;
    if (market_) {
        figures.push_back(market_.get());
        figures.push_back(&market_->budgets());
        figures.push_back(&market_->supplies());
    }
    if (network_)
        figures.push_back(network_.get());
    if (fear_greed_)
        figures.push_back(fear_greed_.get());
    if (realised_)
        figures.push_back(realised_.get());
    if (currencies_)
        figures.push_back(currencies_.get());
    if (news_)
        figures.push_back(news_.get());
    // With the others: who keeps nothing else asks for prices alone.
    if (!figures.empty())
        figures.push_back(&pauses_);
    return figures;
}

// Of a cluster only the leader asks.
void application::stand_by(bool stands_by)
{
    if (coins_)
        coins_->stand_by(stands_by);
    if (market_)
        market_->stand_by(stands_by);
    if (network_)
        network_->stand_by(stands_by);
    if (fear_greed_)
        fear_greed_->stand_by(stands_by);
    if (realised_)
        realised_->stand_by(stands_by);
    if (currencies_)
        currencies_->stand_by(stands_by);
    if (news_)
        news_->stand_by(stands_by);
}

// What they show outlives this process where there is an archive.
std::unique_ptr<kept_market> application::open_kept()
{
    auto figures = kept_figures();
    const bool is_kept = archive_ && !figures.empty();
    return std::make_unique<kept_market>(
        kept_market::parts{
            std::move(figures), context_, log_, metrics_,
            [this] { return archive_ && archive_->writes(); }},
        is_kept ? archive_->texts() : nullptr);
}

std::unique_ptr<shared_figures> application::share_figures()
{
    auto figures = kept_figures();
    if (!cluster_ || figures.empty())
        return nullptr;
    const std::string kind{archive::text_of(kind_of_feed(settings_.providers))};
    return std::make_unique<shared_figures>(
        shared_figures::parts{
            std::move(figures), provider_strand_, time_, log_, metrics_, cluster_->token(),
            [this](bool stands_by) { stand_by(stands_by); }},
        open_shared_texts(settings_.relay, kind, provider_strand_, *relay_trust_, log_));
}

std::unique_ptr<shared_coins> application::share_coins()
{
    if (!cluster_ || !coins_)
        return nullptr;
    const std::string kind{archive::text_of(kind_of_feed(settings_.providers))};
    return std::make_unique<shared_coins>(
        shared_coins::parts{*coins_, provider_strand_, time_, log_, metrics_, cluster_->token()},
        open_shared_texts(settings_.relay, kind, provider_strand_, *relay_trust_, log_));
}

}  // namespace tickertape
