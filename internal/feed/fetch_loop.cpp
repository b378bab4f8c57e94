#include "feed/fetch_loop.hpp"

#include "core/timestamp.hpp"
#include "feed/failures.hpp"
#include "feed/fetch_grid.hpp"
#include "feed/no_throw.hpp"
#include "feed/task_feed.hpp"
#include "feed/within.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cassert>

namespace tickertape {
namespace {

using boost::system::error_code;

constexpr std::string_view fetches_help =
    "Prices asked of a provider, one per symbol and fetch, by what came of it";

class fetch_loop final : public task_feed {
public:
    fetch_loop(
        const feed_context& context, const fetch_settings& settings,
        std::unique_ptr<asio::ssl::context> trust, std::vector<std::unique_ptr<provider>> providers)
        : task_feed{context}, settings_{settings}, trust_{std::move(trust)}, providers_{std::move(
                                                                                 providers)},
          skipped_{context.counters.counter(
              "tickertape_fetches_skipped_total",
              "Grid points that went by while a fetch was still under way")}
    {
        assert(!providers_.empty());
        // Zeros from the first scrape on, so that the first failure is an increase.
        for (const auto& from : providers_)
            for (const auto outcome : {"ok", "error", "deadline", "refused", "unknown_symbol"})
                count(*from, outcome, 0);
    }

private:
    asio::awaitable<void> run() override
    {
        asio::steady_timer timer{with_.strand};
        fetch_grid grid{with_.time.steady_now(), settings_.interval};
        while (!stopping()) {
            co_await ask_in_order(with_.time.steady_now() + round_budget());
            skipped_.Increment(static_cast<double>(grid.advance(with_.time.steady_now())));
            timer.expires_at(grid.due());
            if (!stopping())
                co_await timer.async_wait(no_throw);
        }
    }

    steady_time::duration round_budget() const
    {
        return std::clamp(settings_.interval, settings_.deadline_min, settings_.deadline_max);
    }

    // Each provider has an equal share of what is left of the round, so that one that hangs does
    // not take the others' turn.
    asio::awaitable<void> ask_in_order(steady_time until)
    {
        const auto all = with_.symbols.all();
        std::vector<symbol_id> wanted{all.begin(), all.end()};
        for (std::size_t i = 0; i < providers_.size() && !wanted.empty() && !stopping(); ++i) {
            const auto left = until - with_.time.steady_now();
            const auto share = left / static_cast<std::int64_t>(providers_.size() - i);
            wanted = co_await ask(*providers_[i], std::move(wanted), share);
        }
    }

    // Publishes what is good and returns the symbols that are still without a price.
    asio::awaitable<std::vector<symbol_id>>
    ask(provider& from, std::vector<symbol_id> wanted, steady_time::duration limit)
    {
        answers into(wanted.size());
        const auto began = with_.time.steady_now();
        const auto ended = co_await within(limit, feed_errc::deadline, fetch(from, wanted, into));
        const std::chrono::duration<double> took = with_.time.steady_now() - began;
        if (stopping())
            co_return wanted;
        seconds_of(from).Observe(took.count());
        answer_rest(into, {ended ? ended : make_error_code(feed_errc::missing_field), "no answer"});

        std::vector<symbol_id> unanswered;
        failures failed;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto error = publish(from, *into[i]);
            count(from, error ? outcome_of(error->code) : "ok", 1);
            if (!error)
                continue;
            unanswered.push_back(wanted[i]);
            failed.add(with_.symbols.name(wanted[i]), *error);
        }
        log(from, failed);
        co_return unanswered;
    }

    // As within() wants it. All referred to outlives the call.
    static asio::awaitable<error_code>
    fetch(provider& from, const std::vector<symbol_id>& wanted, answers& into)
    {
        co_await from.fetch(wanted, into);
        co_return error_code{};
    }

    std::optional<fetch_error> publish(const provider& from, const fetched<quote>& answer)
    {
        if (!answer)
            return answer.error();
        if (const auto refused = check_age(*answer, with_.time.wall_now(), settings_.quotes))
            return fetch_error{refused, "dated " + format_rfc3339(*answer->upstream_time)};
        const auto source = with_.sources.intern(from.name());
        if (!source)
            return fetch_error{source.error()};
        with_.sink.publish({answer->symbol, answer->value, *source});
        return std::nullopt;
    }

    void log(const provider& from, const failures& failed)
    {
        for (const auto& f : failed.grouped()) {
            // What a provider does not sell it will not sell in ten seconds either: said once.
            if (f.error.code == feed_errc::unknown_symbol && !is_news(from, f.symbols))
                continue;
            with_.log.warn(
                "fetch failed", {{"provider", from.name()},
                                 {"symbol", f.symbols},
                                 {"cause", f.error.code.message()},
                                 {"detail", f.error.detail},
                                 {"http_status", f.error.http_status}});
        }
    }

    bool is_news(const provider& from, const std::string& symbols)
    {
        auto said = std::string{from.name()} + ' ' + symbols;
        // The symbols of one line may vary with what the providers before this one answered.
        if (said_.size() == said_max || std::ranges::find(said_, said) != said_.end())
            return false;
        said_.push_back(std::move(said));
        return true;
    }

    void count(const provider& from, std::string_view outcome, double times)
    {
        with_.counters
            .counter(
                "tickertape_fetches_total", std::string{fetches_help},
                {{"provider", std::string{from.name()}}, {"outcome", std::string{outcome}}})
            .Increment(times);
    }

    prometheus::Histogram& seconds_of(const provider& from)
    {
        return with_.counters.histogram(
            "tickertape_fetch_seconds", "What one fetch from a provider took",
            {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
            {{"provider", std::string{from.name()}}});
    }

    static constexpr std::size_t said_max = 64;

    fetch_settings settings_;
    std::unique_ptr<asio::ssl::context> trust_;  // outlives the providers' clients
    std::vector<std::unique_ptr<provider>> providers_;
    prometheus::Counter& skipped_;
    std::vector<std::string> said_;
};

}  // namespace

std::unique_ptr<feed> make_fetch_loop(
    const feed_context& context, const fetch_settings& settings,
    std::unique_ptr<asio::ssl::context> trust, std::vector<std::unique_ptr<provider>> providers)
{
    return std::make_unique<fetch_loop>(context, settings, std::move(trust), std::move(providers));
}

}  // namespace tickertape
