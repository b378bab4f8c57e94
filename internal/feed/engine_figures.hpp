// What the price engine counts, for /metrics and for the report. Each instrument is looked up once:
// the registry behind them takes a lock, which has no place on the path of a quote.
//
// Threads: the feed's strand.
#pragma once

#include "core/feed_report.hpp"
#include "feed/feed.hpp"

#include <map>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
}  // namespace prometheus

namespace tickertape::feed {

class engine_figures {
public:
    engine_figures(const feed_context& context, const std::vector<std::string>& providers);

    void repeated(std::size_t provider);
    void set_aside(std::size_t provider, const boost::system::error_code& why);
    void held_back();
    // How many quotes a symbol's price is made of now; 0: it has none.
    void quotes_used(symbol_id symbol, std::size_t count);
    // The quotes set aside, into the providers of the report.
    void report(feed_report& into) const;

private:
    telemetry::metrics& counters_;
    const std::vector<std::string> providers_;
    std::vector<prometheus::Counter*> repeated_;                           // by provider
    std::vector<std::map<std::string_view, prometheus::Counter*>> aside_;  // by provider and reason
    std::vector<prometheus::Gauge*> used_;                                 // by symbol
    prometheus::Counter& held_back_;
};

}  // namespace tickertape::feed
