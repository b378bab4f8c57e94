#include "feed/live_feed.hpp"

#include "asio/no_throw.hpp"
#include "core/fetch_error.hpp"
#include "core/fetch_grid.hpp"
#include "feed/price_engine.hpp"
#include "feed/provider_clocks.hpp"
#include "feed/task_feed.hpp"
#include "net/when_all.hpp"
#include "provider/answer_failure.hpp"
#include "provider/errors.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cassert>
#include <limits>

namespace tickertape::feed {
namespace {

using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto report_every = 1s;

std::vector<std::string> names_of(const std::vector<live_provider>& providers)
{
    std::vector<std::string> names;
    for (const auto& p : providers)
        names.push_back(p.rest.name);
    return names;
}

engine_settings settings_of_engine(const live_settings& s)
{
    return {
        .policy = s.policy,
        .quotes = s.quotes,
        .cross_rates = s.cross_rates,
        .ticks_per_second = s.mode == feed_mode::stream ? s.ticks_per_second : 0,
        .confirm_every = s.mode == feed_mode::stream ? s.fetch.interval : 0ms};
}

class live_feed final : public task_feed, public quote_listener {
public:
    live_feed(const live_settings& settings, const feed_context& context, live_parts parts)
        : task_feed{context}, settings_{settings}, trust_{std::move(parts.trust)},
          engine_{context, settings_of_engine(settings), names_of(parts.providers)},
          clocks_{names_of(parts.providers)}, clock_figures_(parts.providers.size(), nullptr),
          round_(context.symbols.size()), poll_timer_{context.strand}, due_timer_{context.strand},
          skipped_{context.counters.counter(
              "tickertape_fetches_skipped_total",
              "Grid points that went by while a fetch was still under way")}
    {
        assert(!parts.providers.empty());
        awaited_.assign(parts.providers.size(), false);
        for (auto& p : parts.providers) {
            rest_.push_back(
                std::make_unique<rest_source>(with_, std::move(p.rest), *this, parts.random));
            sockets_.push_back(
                p.socket ? std::make_unique<venue_socket>(
                               with_, *std::move(p.socket), *this, parts.random)
                         : nullptr);
        }
    }

private:
    // What this round has done for a symbol.
    struct progress {
        std::size_t awaited = 0;  // answers of providers that are well
        bool is_published = false;
    };

    asio::awaitable<void> run() override
    {
        std::vector<asio::awaitable<void>> tasks;
        tasks.push_back(poll());
        tasks.push_back(watch());
        if (settings_.mode == feed_mode::stream)
            tasks.push_back(publish_what_is_due());
        for (const auto& socket : sockets_)
            if (socket)
                tasks.push_back(socket->run());
        co_await net::when_all(std::move(tasks));
    }

    asio::awaitable<void> poll()
    {
        fetch_grid grid{with_.time.steady_now(), settings_.fetch.interval};
        while (!stopping()) {
            if (standing_by()) {
                has_polled_ = false;
                poll_timer_.expires_at(steady_time::max());
                co_await poll_timer_.async_wait(no_throw);
                grid = fetch_grid{with_.time.steady_now(), settings_.fetch.interval};
                continue;
            }
            const auto until = with_.time.steady_now() + settings_.fetch.deadline;
            if (pricing::combines(settings_.policy.kind))
                co_await ask_all(until);
            else
                co_await ask_in_order(until);
            if (stopping())
                co_return;
            for (const auto symbol : with_.symbols.all())
                if (!round_[index_of(symbol)].is_published)
                    publish(symbol);
            has_polled_ = true;
            skipped_.Increment(static_cast<double>(grid.advance(with_.time.steady_now())));
            poll_timer_.expires_at(grid.due());
            co_await poll_timer_.async_wait(no_throw);
        }
    }

    // What waits for the next round looks again: it may be due now.
    void on_standing_by() override
    {
        poll_timer_.cancel();
        due_timer_.cancel();
        for (const auto& socket : sockets_)
            if (socket)
                socket->rest(standing_by() && settings_.when_standing_by == standby::cold);
    }

    // Asks every provider at once. A symbol is published as soon as it is answered by all providers
    // that were well at the last round and need not wait for their limit. The others do not hold
    // it up.
    asio::awaitable<void> ask_all(steady_time until)
    {
        std::ranges::fill(round_, progress{});
        awaited_.assign(rest_.size(), false);
        const bool none_is_well =
            std::ranges::none_of(rest_, [](const auto& r) { return r->is_well(); });
        std::vector<std::vector<symbol_id>> wanted;
        for (std::size_t i = 0; i < rest_.size(); ++i) {
            wanted.push_back(not_sent_by_socket(i));
            awaited_[i] =
                none_is_well || (rest_[i]->is_well() && rest_[i]->has_requests_for(wanted[i]));
            if (awaited_[i])
                for (const auto symbol : wanted[i])
                    ++round_[index_of(symbol)].awaited;
        }
        std::vector<asio::awaitable<void>> asks;
        for (std::size_t i = 0; i < rest_.size(); ++i)
            if (!wanted[i].empty())
                asks.push_back(ask(i, std::move(wanted[i]), until));
        co_await net::when_all(std::move(asks));
    }

    // A mistake of ours in reading one provider must not stop the asking of the others.
    asio::awaitable<void> ask(std::size_t rank, std::vector<symbol_id> wanted, steady_time until)
    {
        try {
            co_await rest_[rank]->fetch(std::move(wanted), until);
        } catch (const std::exception& e) {
            with_.log.error(
                "asking ended by an internal error",
                {{"provider", rest_[rank]->name()}, {"cause", e.what()}});
        }
    }

    // Each provider is asked for what those before it do not answer. Each has an equal share of
    // what is left of the round, so that one that hangs does not take the others' turn.
    asio::awaitable<void> ask_in_order(steady_time until)
    {
        std::ranges::fill(round_, progress{});
        awaited_.assign(rest_.size(), false);
        for (std::size_t i = 0; i < rest_.size() && !stopping(); ++i) {
            std::vector<symbol_id> wanted;
            for (const auto symbol : not_sent_by_socket(i)) {
                if (is_answered_before(i, symbol))
                    engine_.withdraw(i, symbol, pricing::quote_way::poll);
                else
                    wanted.push_back(symbol);
            }
            if (wanted.empty())
                continue;
            const auto now = with_.time.steady_now();
            const auto share = (until - now) / static_cast<std::int64_t>(rest_.size() - i);
            co_await ask(i, std::move(wanted), now + share);
        }
    }

    bool is_answered_before(std::size_t rank, symbol_id symbol) const
    {
        const auto preferred = engine_.preferred(symbol, now_of(with_.time));
        return preferred && *preferred < rank;
    }

    std::vector<symbol_id> not_sent_by_socket(std::size_t rank) const
    {
        const auto now = now_of(with_.time);
        std::vector<symbol_id> wanted;
        for (const auto symbol : with_.symbols.all())
            if (!engine_.is_sent_by_socket(rank, symbol, now))
                wanted.push_back(symbol);
        return wanted;
    }

    error_code
    quoted(std::size_t provider, const quote& q, usd_standin as, pricing::quote_way by) override
    {
        const auto refused = engine_.take(provider, q, as, by, now_of(with_.time));
        if (by == pricing::quote_way::poll) {
            answered(provider, q.symbol);
            if (!refused && !pricing::combines(settings_.policy.kind))
                publish_early(q.symbol);
        } else if (!refused) {
            offer(q.symbol);
        }
        return refused;
    }

    void failed(
        std::size_t provider, symbol_id symbol, const fetch_error& why,
        pricing::quote_way by) override
    {
        if (by == pricing::quote_way::socket)
            return engine_.refuse(provider, symbol, by, why.code);
        if (provider::is_about_what_was_said(why.code))
            engine_.refuse(provider, symbol, by, why.code);
        // If only the limit kept it from being asked, its last quote stands until that is too old.
        else if (why.code != provider::provider_errc::throttled)
            engine_.withdraw(provider, symbol, by);
        answered(provider, symbol);
    }

    void dropped(std::size_t provider, symbol_id symbol) override
    {
        engine_.withdraw(provider, symbol, pricing::quote_way::socket);
    }

    void ended(std::size_t provider) override { engine_.withdraw_socket(provider); }

    void dated(std::size_t provider, const net::clock_comparison& reading) override
    {
        clocks_.note(provider, reading);
    }

    void answered(std::size_t provider, symbol_id symbol)
    {
        auto& p = round_[index_of(symbol)];
        if (awaited_[provider] && --p.awaited == 0)
            publish_early(symbol);
    }

    // Publishes before the round is over. A symbol that may have to be derived waits for its end.
    void publish_early(symbol_id symbol)
    {
        if (!engine_.may_be_derived(symbol))
            publish(symbol);
    }

    void publish(symbol_id symbol)
    {
        round_[index_of(symbol)].is_published = true;
        if (standing_by())
            return;
        if (settings_.mode == feed_mode::stream)
            offer(symbol);
        else
            engine_.publish(symbol, now_of(with_.time));
    }

    void offer(symbol_id symbol)
    {
        if (standing_by())
            return;
        engine_.offer(symbol, now_of(with_.time));
        if (const auto due = engine_.next_due(); due && *due < due_timer_.expiry())
            due_timer_.cancel();
    }

    // Publishes, at its time, what came too early for the pace of its symbol.
    asio::awaitable<void> publish_what_is_due()
    {
        while (!stopping()) {
            const auto due = standing_by() ? std::nullopt : engine_.next_due();
            due_timer_.expires_at(due ? *due : with_.time.steady_now() + 1h);
            co_await due_timer_.async_wait(no_throw);
            if (!stopping() && !standing_by())
                engine_.publish_due(now_of(with_.time));
        }
    }

    // Once a second: logs what time alone has changed, and posts the report.
    asio::awaitable<void> watch()
    {
        asio::steady_timer timer{with_.strand};
        while (!stopping()) {
            if (has_polled_ && !standing_by())
                engine_.log_changes(now_of(with_.time));
            compare_clocks();
            with_.reports.post(report());
            timer.expires_after(report_every);
            co_await timer.async_wait(no_throw);
        }
    }

    void compare_clocks()
    {
        const auto now = now_of(with_.time);
        for (const auto& [is_good, words] : clocks_.changes(now)) {
            if (is_good)
                with_.log.info("clocks agree", {{"cause", words}});
            else
                with_.log.warn("clocks differ", {{"cause", words}});
        }
        for (std::size_t i = 0; i < rest_.size(); ++i)
            if (const auto ahead = clocks_.ahead(i, now); ahead || clock_figures_[i] != nullptr)
                figure_of_clock(i).Set(
                    ahead ? std::chrono::duration<double>(*ahead).count()
                          : std::numeric_limits<double>::quiet_NaN());
    }

    // The gauge exists only once the difference is known: zero would mean that the clocks agree.
    prometheus::Gauge& figure_of_clock(std::size_t rank)
    {
        auto& figure = clock_figures_[rank];
        if (figure == nullptr)
            figure = &with_.counters.gauge(
                "tickertape_clock_ahead_seconds",
                "How far this machine's clock is ahead of the provider's, by the Date of its last "
                "answer; negative: behind; NaN: not known any more.",
                {{"provider", rest_[rank]->name()}});
        return *figure;
    }

    std::shared_ptr<const feed_report> report()
    {
        auto made = std::make_shared<feed_report>();
        const auto now = now_of(with_.time);
        made->at = now.wall;
        made->clock_ahead = clocks_.ahead(now);
        made->mode = settings_.mode == feed_mode::stream ? "stream" : "poll";
        made->is_standing_by = standing_by();
        made->policy = pricing::to_string(settings_.policy.kind);
        for (std::size_t i = 0; i < rest_.size(); ++i) {
            auto& p = made->providers.emplace_back();
            rest_[i]->report(p);
            p.clock_ahead = clocks_.ahead(i, now);
            if (sockets_[i])
                p.socket = sockets_[i]->report();
        }
        engine_.report(*made, now);
        return made;
    }

    const live_settings settings_;
    std::unique_ptr<asio::ssl::context> trust_;  // outlives the providers' clients
    price_engine engine_;
    provider_clocks clocks_;
    std::vector<prometheus::Gauge*> clock_figures_;       // by provider; null: never known
    std::vector<std::unique_ptr<rest_source>> rest_;      // by provider
    std::vector<std::unique_ptr<venue_socket>> sockets_;  // by provider; null: only polled
    std::vector<progress> round_;                         // by symbol
    std::vector<bool> awaited_;                           // by provider: the round waits for it
    asio::steady_timer poll_timer_;
    asio::steady_timer due_timer_;
    prometheus::Counter& skipped_;
    bool has_polled_ = false;
};

}  // namespace

std::unique_ptr<price_feed>
make_live_feed(const live_settings& settings, const feed_context& context, live_parts parts)
{
    return std::make_unique<live_feed>(settings, context, std::move(parts));
}

}  // namespace tickertape::feed
