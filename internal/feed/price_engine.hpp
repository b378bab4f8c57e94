// Makes the ticks that are published of the quotes of all providers.
//
// Quotes come in from REST and from sockets and are held on the board; the price policy makes a
// price of them; what is news goes to the sink. A price is news when it differs, when another
// provider says it, or when it was observed anew and nothing was published for `confirm_every`. An
// answer with the same price and time as the provider's last one is not a new observation.
//
// Threads: the feed's strand. Nothing here waits or does I/O.
#pragma once

#include "core/feed_report.hpp"
#include "core/tick.hpp"
#include "feed/engine_figures.hpp"
#include "feed/feed.hpp"
#include "pricing/cross_rate.hpp"
#include "pricing/price_policy.hpp"
#include "pricing/publish_pace.hpp"
#include "pricing/quote_board.hpp"
#include "pricing/quote_checks.hpp"
#include "pricing/quote_refusals.hpp"
#include "pricing/source_names.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tickertape::feed {

struct engine_settings {
    pricing::policy_settings policy{};
    pricing::quote_limits quotes{};
    std::vector<pricing::cross_rate> cross_rates{};
    double ticks_per_second = 0;  // of one symbol, of offer(); 0: no limit
    // An unchanged price that is observed again is published again after this.
    std::chrono::milliseconds confirm_every{0};
};

class price_engine {
public:
    // A symbol that flips between having a price and having none is said to at most once in this.
    static constexpr std::chrono::seconds said_again{60};

    // `providers`: in order of preference, at most providers_max.
    price_engine(
        const feed_context& context, engine_settings settings,
        const std::vector<std::string>& providers);

    // Keeps the quote if it passes the checks.
    // Errors: those of check_age() and check_book(); the quote before it is then dropped.
    boost::system::error_code
    take(std::size_t provider, const quote& q, usd_standin as, pricing::quote_way by, moment now);
    // The provider failed to confirm the quote it gave that way: drops it.
    void withdraw(std::size_t provider, symbol_id symbol, pricing::quote_way by) noexcept
    {
        board_.withdraw(provider, symbol, by);
    }
    void withdraw_socket(std::size_t provider) noexcept
    {
        board_.withdraw(provider, pricing::quote_way::socket);
    }
    // The provider's answer for that symbol is not a price: drops the quote it gave that way.
    void refuse(
        std::size_t provider, symbol_id symbol, pricing::quote_way by,
        const boost::system::error_code& why);

    // The most preferred of the providers that a price of that symbol would be made of now.
    std::optional<std::size_t> preferred(symbol_id symbol, moment now) const;
    // Whether the provider's socket has sent a price of it that is not too old.
    bool is_sent_by_socket(std::size_t provider, symbol_id symbol, moment now) const;
    // Whether its price may have to be derived: then it is known only at the end of the round.
    bool may_be_derived(symbol_id symbol) const
    {
        return symbols_[index_of(symbol)].cross_rate.has_value();
    }

    // Publishes the price of that symbol at once, if it is news.
    void publish(symbol_id symbol, moment now);
    // Publishes the prices of that symbol and of those derived from it, if they are news, as soon
    // as the pace allows.
    void offer(symbol_id symbol, moment now);
    // When the next offered symbol may be published; none if nothing waits.
    std::optional<steady_time> next_due() const { return pace_.next_due(); }
    void publish_due(moment now);

    // Says in the log which symbols have lost their price, or have one again.
    void log_changes(moment now);
    // Brings the figures of /metrics up to date with it.
    void report(feed_report& into, moment now);

private:
    struct state {
        std::vector<std::size_t> derived;       // cross rates with this as a leg
        std::optional<std::size_t> cross_rate;  // of this
        // Of the last tick.
        std::optional<observation> published;
        std::uint64_t published_observed = 0;
        steady_time published_at{};
        // As the log last said, and when.
        bool has_price = false;
        pricing::pricing_errc problem{};
        std::optional<steady_time> said_at;
    };
    // The price that follows from all quotes of a symbol.
    struct verdict {
        std::optional<price> value;
        pricing::pricing_errc why{};
        std::uint64_t observed = 0;  // the newest of the observations used
        pricing::decision direct;
        bool is_derived = false;
        usd_standin left{};  // among what made the legs
        usd_standin right{};
    };
    // A tick to publish.
    struct news {
        observation seen;
        std::uint64_t observed;
    };

    verdict judge(symbol_id symbol, moment now) const;
    verdict judge_directly(symbol_id symbol, moment now) const;
    usd_standin standin_in(symbol_id symbol, const verdict& v) const;
    std::optional<source_id> source_of(symbol_id symbol, const verdict& v);
    std::optional<news> news_of(symbol_id symbol, moment now);
    void publish(const news& what, moment now);
    void offer_one(symbol_id symbol, moment now);
    void report_symbol(symbol_id symbol, feed_report::symbol& into, moment now);

    const feed_context with_;
    const engine_settings settings_;
    pricing::quote_board board_;
    const std::vector<std::string> providers_;
    pricing::quote_refusals refusals_;
    pricing::source_names names_;
    engine_figures figures_;
    std::vector<state> symbols_;
    pricing::publish_pace pace_;
    std::vector<symbol_id> due_;
};

}  // namespace tickertape::feed
