// All that this program asks, without a network: prices, the market's table, single coins,
// Bitcoin's network, the index of fear, currencies and news, made by the program's own factories
// with its own limits. Each request is noted with its time, and answered at once.
//
// Threads: one.
#pragma once

#include "feed/coin_feed.hpp"
#include "feed/currency_feed.hpp"
#include "feed/fear_greed_feed.hpp"
#include "feed/live_feed.hpp"
#include "feed/market_feed.hpp"
#include "feed/network_feed.hpp"
#include "feed/news_feed.hpp"
#include "feed/settings.hpp"
#include "feed/virtual_time.hpp"
#include "market/settings.hpp"
#include "net/http_asker.hpp"
#include "net/tls_trust.hpp"
#include "news/settings.hpp"
#include "provider/gates.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::testing {

// How a source behaves that does not answer as it should; none: it is well.
using source_fault = std::function<std::optional<net::http_response>(std::chrono::nanoseconds)>;

struct world_settings {
    std::vector<std::string> symbols{};    // none: no prices
    std::vector<std::string> providers{};  // of prices
    feed::live_settings live{};
    std::map<std::string, feed::provider_settings, std::less<>> access{};
    source_fault fault = [](auto) { return std::nullopt; };
    bool has_readers = true;  // of all boards, all the time
    // How often somebody asks for another coin; none: nobody does.
    std::optional<std::chrono::milliseconds> coins_every{};
};

class world_of_sources final : tick_sink {
public:
    explicit world_of_sources(world_settings of);
    ~world_of_sources() override;

    // Lets time pass in steps.
    void run_for(std::chrono::nanoseconds span, std::chrono::nanoseconds step);

    // Requests to one source, by the host that was asked, in the order of time.
    const std::map<std::string, std::vector<steady_time>>& requests() const { return requests_; }
    std::size_t requests_to(const std::string& host) const
    {
        const auto found = requests_.find(host);
        return found == requests_.end() ? 0 : found->second.size();
    }
    // The same, of those whose address begins so.
    std::size_t requests_to(const std::string& host, const std::string& target) const;
    // The longest time that a symbol was without a new price.
    std::chrono::nanoseconds longest_without_price() const { return longest_; }
    std::string table_source() const
    {
        return std::string{market_->board().newest()->coins.source};
    }
    double counted(const std::string& line_begin) const;

private:
    class asker;

    void publish(const observation& seen) noexcept override;
    void ask_for_a_coin();
    net::http_response
    answer(const std::string& host, const std::string& prefix, const std::string& target);
    std::string body_for(const std::string& host, const std::string& target) const;

    virtual_time time_;
    const world_settings settings_;
    boost::asio::io_context io_{1};
    symbol_table symbols_;
    source_table sources_;
    telemetry::logger log_{telemetry::log_level::error, telemetry::log_format::text};
    mutable telemetry::metrics counters_;
    feed_report_board reports_;
    provider::gates gates_;
    boost::asio::ssl::context trust_{net::make_tls_context({})};
    feed::feed_context::strand_type strand_{boost::asio::make_strand(io_)};
    std::map<std::string, std::vector<steady_time>> requests_;
    std::map<std::string, std::map<std::string, std::size_t>> targets_;
    std::vector<steady_time> priced_;
    std::chrono::nanoseconds longest_{0};
    std::size_t coins_asked_ = 0;
    std::unique_ptr<feed::price_feed> prices_;
    std::unique_ptr<feed::market_feed> market_;
    std::unique_ptr<feed::coin_feed> coins_;
    std::unique_ptr<feed::network_feed> network_;
    std::unique_ptr<feed::fear_greed_feed> mood_;
    std::unique_ptr<feed::currency_feed> currencies_;
    std::unique_ptr<feed::news_feed> news_;
};

}  // namespace tickertape::testing
