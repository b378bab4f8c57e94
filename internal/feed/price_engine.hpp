// What every provider last said of every symbol, and the one price that follows from it.
//
// Quotes come in from REST and from streams; the price policy says what they amount to; what is
// news goes to the sink. A price is news when it differs, when somebody else says it, or when it
// was observed anew and nothing was published for `confirm_every`. An answer a provider merely
// repeats, price and time alike, is no observation.
//
// Threads: the feed's strand. Nothing here waits or does I/O.
#pragma once

#include "core/feed_report.hpp"
#include "core/tick.hpp"
#include "feed/derivation.hpp"
#include "feed/feed.hpp"
#include "feed/price_policy.hpp"
#include "feed/provider_gate.hpp"
#include "feed/publish_pace.hpp"
#include "feed/quote.hpp"
#include "feed/usd_standin.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
}

namespace tickertape {

struct engine_settings {
    policy_settings policy{};
    quote_limits quotes{};
    std::vector<derivation> derivations{};
    double ticks_per_second = 0;  // of one symbol, of offer(); 0: no limit
    // An unchanged price that is observed again is published again after this.
    std::chrono::milliseconds confirm_every{0};
};

class price_engine {
public:
    enum class way { poll, stream };

    // `providers`: in order of preference, at most providers_max.
    price_engine(
        const feed_context& context, engine_settings settings, std::vector<std::string> providers);

    // Keeps the quote, if it can be believed at all.
    // Errors: those of check_age() and check_book(); the quote before it then stands no more.
    boost::system::error_code
    take(std::size_t provider, const quote& q, usd_standin as, way by, moment now);
    // The provider failed to confirm its quote: it stands no more. A streamed quote stands until
    // its stream ends.
    void withdraw_polled(std::size_t provider, symbol_id symbol) noexcept;
    void withdraw_streamed(std::size_t provider) noexcept;
    // What the stream says of that symbol is no price: what it said before stands no more.
    void refuse_streamed(std::size_t provider, symbol_id symbol, const fetch_error& why);

    // The most preferred of the providers that a price of that symbol would be made of now.
    std::optional<std::size_t> preferred(symbol_id symbol, wall_time now) const;
    // Whether the provider's stream has said a price of it that is not too old.
    bool is_streamed(std::size_t provider, symbol_id symbol, wall_time now) const;

    // Publishes what is news of that symbol and of those derived from it: at once, or, with
    // offer(), as soon as its pace allows.
    void publish(symbol_id symbol, moment now);
    void offer(symbol_id symbol, moment now);
    // When the next of those offered may be published; none: nothing waits.
    std::optional<steady_time> next_due() const { return pace_.next_due(); }
    void publish_due(moment now);

    // Says in the log which symbols have lost their price since the last call, or have one again.
    void log_changes(wall_time now);
    void report(feed_report& into, wall_time now) const;

private:
    struct held_quote {
        quote last;
        usd_standin as;
        way by;
        wall_time received;
        std::uint64_t observed;   // counts observations of all symbols; a repetition keeps its own
        bool aside_said = false;  // counted as set aside
    };
    struct state {
        std::vector<std::optional<held_quote>> quotes;  // by provider
        std::vector<std::size_t> derived;               // derivations with this as a leg
        std::optional<std::size_t> derivation;          // of this
        // Whom the source below names.
        decltype(decision::used) named;
        std::uint64_t named_standins = 0;
        source_id source{};
        // Of the last tick.
        std::optional<observation> published;
        std::uint64_t published_observed = 0;
        steady_time published_at{};
        // As the log last said.
        bool has_price = false;
        feed_errc problem{};
    };
    // What is known of a symbol amounts to this.
    struct verdict {
        std::optional<price> value;
        feed_errc why{};
        std::uint64_t observed = 0;  // the newest of the observations used
        decision direct;
        bool is_derived = false;
    };

    boost::container::static_vector<candidate, providers_max>
    candidates(const state& s, wall_time now) const;
    verdict judge(symbol_id symbol, wall_time now) const;
    verdict judge_directly(symbol_id symbol, wall_time now) const;
    // A symbol and those derived from it.
    template <class F>
    void for_each_concerned(symbol_id symbol, F f) const;
    // What there is to publish, if that is news.
    struct news {
        observation seen;
        std::uint64_t observed;
    };
    std::optional<news> news_of(symbol_id symbol, moment now);
    void publish(const news& what, moment now);
    void publish_one(symbol_id symbol, moment now);
    void count_aside(state& s, const decision& d);
    void count_aside(std::size_t provider, feed_errc why);
    prometheus::Counter& repeated(const std::string& provider);
    std::string source_name(symbol_id symbol, std::size_t provider) const;
    std::string source_name(symbol_id symbol, const verdict& v) const;
    std::optional<source_id> source_of(symbol_id symbol, const verdict& v);
    void report_symbol(symbol_id symbol, feed_report::symbol& into, wall_time now) const;

    const feed_context with_;
    const engine_settings settings_;
    const std::vector<std::string> providers_;
    std::vector<state> symbols_;
    publish_pace pace_;
    prometheus::Counter& held_back_;
    std::uint64_t observations_ = 0;
    std::vector<std::map<feed_errc, prometheus::Counter*>> aside_;  // by provider
    std::vector<symbol_id> due_;
};

}  // namespace tickertape
