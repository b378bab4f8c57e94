// Asks CoinGecko for single coins, their prices over time and what is trending: only on request, a
// few questions at a time, each once however many wait for it, and within a share of the market's
// budget. Answers are kept, so that what many look at is asked for once. A question that waits for
// its turn is no failure: it waits on when nobody waits for it any more.
//
// In a cluster the instance that leads asks; the others have its answers.
//
// Threads: ask(), start() and stop() on any; all else on the strand of the providers' gates.
#pragma once

#include "core/clock.hpp"
#include "core/tally.hpp"
#include "feed/coin_reading.hpp"
#include "feed/feed.hpp"
#include "feed/gated_client.hpp"
#include "feed/market_feed.hpp"
#include "feed/strand_task.hpp"
#include "market/coin_answers.hpp"
#include "provider/gates.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tickertape::feed {

struct coin_limits {
    // Answers that are kept; the one that nobody asked for longest makes room.
    std::size_t answers_max = 256;
    // Questions that are asked at the same time: one that hangs keeps no other waiting.
    std::size_t at_once_max = 3;
    // Questions that wait for their turn. With more, one is answered with what is kept, or nothing.
    std::size_t waiting_max = 16;
    // Who asks waits so long for a new answer. It is asked for on, and is there the next time.
    std::chrono::milliseconds wait_max{6'000};
    // How old an answer may become before it is asked for again.
    std::chrono::milliseconds detail_age{std::chrono::hours{6}};
    std::chrono::milliseconds hours_age{std::chrono::hours{1}};
    std::chrono::milliseconds days_age{std::chrono::hours{12}};
    std::chrono::milliseconds trending_age{std::chrono::minutes{30}};
    // That the source does not know a coin.
    std::chrono::milliseconds unknown_age{std::chrono::hours{24}};
    // From a failure to the next try.
    std::chrono::milliseconds after_failure{60'000};
};

class coin_feed final : public market::coin_answers {
public:
    // Everything outlives it.
    struct parts {
        feed_context::strand_type strand;
        const clock& time;
        const telemetry::logger& log;
        telemetry::metrics& figures;
    };

    // At least one source; each asks one question at a time, and all are asked the same.
    coin_feed(
        const parts& of, coin_limits bounds, std::vector<std::unique_ptr<gated_client>> sources);
    // It is destroyed only once the io_context has run out of its work, or before start().

    void ask(market::coin_question what, on_answer then) override;

    // How an answer is had from the instance that leads, by name_of() its question, as a text of
    // write_shared_coin(): one that `is_fresh` likes, or the next one that comes within some
    // seconds. None: nothing came. The text outlives the call.
    using is_fresh_function = std::function<bool(const std::string& text)>;
    using find_function = std::function<boost::asio::awaitable<std::optional<std::string>>(
        std::string name, is_fresh_function is_fresh)>;
    // Before start(): this instance is one of a cluster. Answers have their bodies from then on.
    void follow(find_function find) { find_ = std::move(find); }
    // While it stands by it asks nobody but the instance that leads.
    void stand_by(bool stands_by);
    bool is_standing_by() const noexcept { return is_standing_by_; }

    void start();
    // Answers all who wait and cancels what is under way. Soon after, the io_context has no work of
    // this left.
    void stop();

private:
    struct kept {
        market::coin_answer newest{};
        steady_time due{};      // when it is to be asked for again; `newest` may be empty
        std::string failure{};  // of the last try; empty: it succeeded
        std::list<market::coin_question>::iterator used;
    };
    struct waiter {
        market::coin_question what;
        on_answer then;
        std::shared_ptr<boost::asio::steady_timer> patience;
    };

    struct worker {
        std::unique_ptr<gated_client> source;
        std::unique_ptr<strand_task> task;
    };
    // Of a question that a worker took.
    enum class state { waits_for_the_gate, is_sent };

    void take(market::coin_question what, on_answer then);
    bool is_being_asked(const market::coin_question& what) const;
    std::string words_for_waiting(const market::coin_question& what) const;
    void add_waiter(const market::coin_question& what, on_answer then);
    // `why`: what is said if there is no new answer.
    void answer_waiters(const market::coin_question& what, const std::string& why);
    market::coin_answer answer_for(const market::coin_question& what, const std::string& why) const;
    kept& entry_of(const market::coin_question& what);
    boost::asio::awaitable<void> run(gated_client& source);
    boost::asio::awaitable<void> fetch(gated_client& source, market::coin_question what);
    boost::asio::awaitable<void> find_elsewhere(market::coin_question what);
    steady_time::duration budget_wait(steady_time now) const noexcept;
    void note(const market::coin_question& what, market::coin_answer said);
    // It may be asked again at once, or after `pause`.
    void
    note_not_asked(const market::coin_question& what, std::string why, steady_time::duration pause);
    void note_failure(const market::coin_question& what, const std::string& why);
    std::chrono::milliseconds age_of(market::coin_topic topic) const noexcept;
    void publish_figures();

    const parts with_;
    const coin_limits limits_;
    std::map<market::coin_question, kept> answers_;
    std::list<market::coin_question> by_use_;      // the one that was asked for last is the first
    std::deque<market::coin_question> questions_;  // that no worker took yet
    std::map<market::coin_question, state> under_way_;
    std::map<std::uint64_t, waiter> waiters_;
    std::uint64_t next_waiter_ = 0;
    std::string said_;                // the last failure that was logged; empty after a success
    boost::asio::steady_timer wake_;  // never fires: a question, and stop(), cancel it
    find_function find_;              // empty: this instance is alone
    bool is_standing_by_ = false;
    tally asked_;
    tally from_kept_;
    tally refused_;
    tally failures_;
    tally dropped_;
    tally count_;  // of answers that are kept
    bool is_stopping_ = false;
    std::vector<worker> workers_;
};

// One in so many of MARKET_CALLS is for questions of this kind.
inline constexpr std::size_t coin_share = 4;
// Of one request: somebody waits for it.
gated_client::limits limits_of_coins();

// All of `of`, `gates` and `trust` outlive it. Throws std::runtime_error, one line, if another
// limit is in use for the source.
std::unique_ptr<coin_feed> make_coin_feed(
    const market_choice& wanted, const coin_feed::parts& of, const call_budget& budget,
    provider::gates& gates, boost::asio::ssl::context& trust);

}  // namespace tickertape::feed
