#include "feed/world_of_sources.hpp"

#include "core/timestamp.hpp"
#include "market/bodies.hpp"
#include "provider/registry.hpp"

#include <fstream>
#include <sstream>

namespace tickertape::testing {
namespace {

using namespace std::chrono_literals;

// The recorded answers are of days before it, and their own times are read.
constexpr auto begin = "2026-10-05T00:00:00Z";
// Of that day, as blockchain.info counts.
constexpr std::int64_t tip = 969'849;

std::string seconds_of(wall_time at)
{
    return std::to_string(at.time_since_epoch() / 1s);
}

std::string text_between(const std::string& text, const std::string& from, const std::string& until)
{
    const auto at = text.find(from);
    if (at == std::string::npos)
        return {};
    const auto begin_at = at + from.size();
    return text.substr(begin_at, text.find_first_of(until, begin_at) - begin_at);
}

std::string feed_body()
{
    std::ifstream file{
        TICKERTAPE_FIXTURES "/news/decrypt.rss.2026-10-03.3items.xml", std::ios::binary};
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

std::string block_text(std::int64_t height, wall_time now)
{
    return R"({"height":)" + std::to_string(height) + R"(,"timestamp":)" +
           seconds_of(now - 60s - (tip - height) * 590s) + R"(,"difficulty":132716002350731.5})";
}

}  // namespace

class world_of_sources::asker final : public net::http_asker {
public:
    asker(world_of_sources& of, const net::base_url& url) : of_{of}, url_{url} {}

    boost::asio::awaitable<fetched<net::http_response>> send(net::http_request request) override
    {
        co_return of_.answer(url_.host, url_.prefix, request.target);
    }

private:
    world_of_sources& of_;
    const net::base_url url_;
};

world_of_sources::world_of_sources(world_settings of)
    : time_{at(begin)}, settings_{std::move(of)},
      symbols_{
          symbol_table::from(
              settings_.symbols.empty() ? std::vector<std::string>{"BTC-USD"} : settings_.symbols)
              .value()},
      priced_(symbols_.size(), time_.steady_now())
{
    const net::make_asker make_client = [this](const net::base_url& url, const net::http_limits&) {
        return std::make_unique<asker>(*this, url);
    };
    auto access = settings_.access;
    for (const auto& row : provider::provider_rows())
        access.try_emplace(std::string{row.name}, feed::provider_settings{std::string{row.name}});
    for (const auto* const name :
         {"coinpaprika", "coinlore", "mempool", "blockchain", "blockchair", "alternative.me",
          "frankfurter", "mempool.space", "blockchain.info"})
        access.try_emplace(name, feed::provider_settings{name});
    const auto& live = settings_.live;
    const market::settings market;
    if (!settings_.symbols.empty()) {
        auto prices = live;
        prices.market_calls = market.calls_a_month;
        for (const auto& name : settings_.providers)
            prices.providers.push_back(access.at(name));
        prices_ = feed::make_live_feed(
            prices, {strand_, *this, symbols_, sources_, time_, log_, counters_, reports_}, gates_,
            make_client);
    }
    const feed::market_choice choice{market, live, access, make_client};
    const auto budget = feed::coingecko_budget(market, time_.steady_now());
    market_ = feed::make_market_feed(
        choice, {strand_, symbols_, time_, log_, counters_, true}, budget, gates_, trust_);
    coins_ =
        feed::make_coin_feed(choice, {strand_, time_, log_, counters_}, budget, gates_, trust_);
    network_ = feed::make_network_feed(choice, {strand_, time_, log_, counters_}, gates_, trust_);
    mood_ = feed::make_fear_greed_feed(choice, {strand_, time_, log_, counters_}, gates_, trust_);
    currencies_ =
        feed::make_currency_feed(choice, {strand_, time_, log_, counters_}, gates_, trust_);
    news_ = feed::make_news_feed(
        news::settings{}, live, strand_, time_, log_, counters_, gates_, trust_, make_client);
    if (prices_)
        prices_->start();
    market_->start();
    coins_->start();
    network_->start();
    mood_->start();
    currencies_->start();
    news_->start();
}

world_of_sources::~world_of_sources()
{
    if (prices_)
        prices_->stop();
    market_->stop();
    coins_->stop();
    network_->stop();
    mood_->stop();
    currencies_->stop();
    news_->stop();
    time_.advance(io_, 1s);
    time_.advance(io_, 1s);
}

void world_of_sources::run_for(std::chrono::nanoseconds span, std::chrono::nanoseconds step)
{
    auto next_coin = std::chrono::nanoseconds{0};
    for (auto passed = std::chrono::nanoseconds{0}; passed < span; passed += step) {
        if (settings_.has_readers) {
            const auto now = time_.boot_now();
            market_->board().read(now);
            network_->board().read(now);
            mood_->board().read(now);
            currencies_->board().read(now);
            news_->board().read(now);
        }
        if (settings_.coins_every && passed >= next_coin) {
            ask_for_a_coin();
            next_coin += *settings_.coins_every;
        }
        time_.advance(io_, step);
    }
    for (const auto at : priced_)
        longest_ = std::max<std::chrono::nanoseconds>(longest_, time_.steady_now() - at);
}

// Another coin each time, so that nothing that is kept answers, and what is trending.
void world_of_sources::ask_for_a_coin()
{
    const auto id = "coin-" + std::to_string(coins_asked_++);
    coins_->ask({.of = market::coin_topic::trending}, [](const market::coin_answer&) {});
    for (const auto of :
         {market::coin_topic::detail, market::coin_topic::hours, market::coin_topic::days})
        coins_->ask({.of = of, .id = id}, [](const market::coin_answer&) {});
}

std::size_t world_of_sources::requests_to(const std::string& host, const std::string& target) const
{
    std::size_t all = 0;
    if (const auto found = targets_.find(host); found != targets_.end())
        for (const auto& [each, count] : found->second)
            if (each.starts_with(target))
                all += count;
    return all;
}

double world_of_sources::counted(const std::string& line_begin) const
{
    const auto text = counters_.text();
    const auto at = text.find("\n" + line_begin + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line_begin.size() + 2));
}

void world_of_sources::publish(const observation& seen) noexcept
{
    auto& at = priced_[index_of(seen.symbol)];
    const auto now = time_.steady_now();
    longest_ = std::max<std::chrono::nanoseconds>(longest_, now - at);
    at = now;
}

net::http_response world_of_sources::answer(
    const std::string& host, const std::string& prefix, const std::string& target)
{
    requests_[host].push_back(time_.steady_now());
    ++targets_[host][target.substr(0, target.find_first_of("?0123456789"))];
    if (const auto fault = settings_.fault(time_.since_begin()))
        return *fault;
    return {
        .status = 200,
        .content_type = prefix.empty() && target.find("rss") != std::string::npos
                            ? "application/rss+xml"
                            : "application/json",
        .body = body_for(host, target)};
}

std::string world_of_sources::body_for(const std::string& host, const std::string& target) const
{
    const auto now = time_.wall_now();
    // Moves a little each second, so that each answer is news.
    const auto price =
        std::to_string(100 + static_cast<double>(now.time_since_epoch() / 1s % 1'000) / 1e5);
    const auto is = [&](std::string_view begins) { return target.starts_with(begins); };
    const auto for_each_symbol = [&](const char* opened, const char* closed, auto text_of) {
        std::string all = opened;
        for (const auto symbol : symbols_.all()) {
            if (all != opened)
                all += ',';
            all += text_of(symbols_.base(symbol));
        }
        return all + closed;
    };
    const auto quoted = '"' + price + '"';
    if (host == "api.exchange.coinbase.com")
        return for_each_symbol("{", "}", [&](std::string_view base) {
            return '"' + std::string{base} +
                   R"(-USD":{"stats_24hour":{"open":"99","high":"101","low":"98","last":)" +
                   quoted + R"(,"volume":"10"}})";
        });
    if (host == "api.kraken.com")
        return for_each_symbol(R"({"error":[],"result":{)", "}}", [&](std::string_view base) {
            return '"' + std::string{base} + R"(/USD":{"a":[)" + quoted + R"(,"1","1"],"b":[)" +
                   quoted + R"(,"1","1"],"c":[)" + quoted + R"(,"1"],"v":["1","2"]})";
        });
    if (host == "www.bitstamp.net")
        return for_each_symbol("[", "]", [&](std::string_view base) {
            return R"({"pair":")" + std::string{base} + R"(/USD","market_type":"SPOT","last":)" +
                   quoted + R"(,"bid":)" + quoted + R"(,"ask":)" + quoted +
                   R"(,"volume":"10","timestamp":")" + seconds_of(now) + "\"}";
        });
    if (host == "api.gemini.com")
        return R"({"bid":)" + quoted + R"(,"ask":)" + quoted + R"(,"last":)" + quoted +
               R"(,"volume":{"USD":"1000","timestamp":)" + seconds_of(now) + "000}}";
    if (host == "api.coingecko.com") {
        if (is("/coins/markets"))
            return recorded("coingecko.coins_markets.top10.2026-02-27.json");
        if (is("/global"))
            return recorded("coingecko.global.2026-08-18.json");
        if (is("/search/trending"))
            return recorded("coingecko.search_trending.2026-03.8coins.json");
        if (target.find("market_chart") != std::string::npos)
            return R"({"prices":[[1759449600000,1.5],[1759536000000,1.6]]})";
        if (is("/coins/"))
            return R"({"id":")" + text_between(target, "/coins/", "?/") + "\"}";
        auto ids = text_between(target, "ids=", "&");
        std::string all = "{";
        while (!ids.empty()) {
            const auto end = std::min(ids.find("%2C"), ids.find(','));
            all += (all == "{" ? "\"" : ",\"") + ids.substr(0, end) + R"(":{"usd":)" + price +
                   R"(,"last_updated_at":)" + seconds_of(now) + "}";
            ids.erase(0, end == std::string::npos ? end : end + (ids[end] == ',' ? 1 : 3));
        }
        return all + "}";
    }
    if (host == "api.coinpaprika.com")
        return is("/global") ? recorded("coinpaprika.global.2021-10-22.json")
                             : recorded("coinpaprika.tickers.3coins.2023-09-14.json");
    if (host == "api.coinlore.net")
        return R"({"data":[{"id":"90","symbol":"BTC","name":"Bitcoin","price_usd":"100"}]})";
    if (host == "mempool.space") {
        if (is("/v1/blocks")) {
            const auto from = is("/v1/blocks/") ? std::stoll(target.substr(11)) : tip;
            return "[" + block_text(from, now) + "," + block_text(from - 1, now) + "]";
        }
        if (is("/v1/difficulty-adjustment"))
            return recorded("mempool.difficulty_adjustment.2026-10-05.json");
        return is("/v1/fees") ? R"({"fastestFee":6.5})" : R"({"count":90420,"vsize":47364518})";
    }
    if (host == "api.blockchain.info")
        return R"({"timestamp":)" + seconds_of(now) + R"(000.0,"n_blocks_total":)" +
               std::to_string(tip) + R"(,"n_blocks_mined":166,"difficulty":132716002350731})";
    if (host == "api.blockchair.com")
        return R"({"data":{"blocks":)" + std::to_string(tip) +
               R"(,"blocks_24h":148,"difficulty":132716002350731}})";
    if (host == "api.alternative.me")
        return recorded("alternative_me.fng.2026-08-18.json");
    if (host == "api.frankfurter.dev")
        return R"({"amount":1.0,"base":"USD","date":"2026-10-02","rates":{"EUR":0.88}})";
    return feed_body();
}

}  // namespace tickertape::testing
