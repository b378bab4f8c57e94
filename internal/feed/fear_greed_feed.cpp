#include "feed/fear_greed_feed.hpp"

#include "asio/no_throw.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <cassert>
#include <optional>
#include <utility>

namespace tickertape::feed {

fear_greed_feed::fear_greed_feed(
    const parts& of, market::cadence rhythm, std::unique_ptr<gated_client> source)
    : with_{of}, schedule_{rhythm},
      board_{rhythm.watched_for, [this] { asio::post(with_.strand, [this] { timer_.cancel(); }); }},
      source_{std::move(source)}, timer_{of.strand}
{
    assert(source_);
    publish_figures();
}

fear_greed_feed::~fear_greed_feed()
{
    assert(running_ == 0);
}

void fear_greed_feed::start()
{
    asio::dispatch(with_.strand, [this] {
        if (is_stopping_)
            return;
        ++running_;
        asio::co_spawn(
            with_.strand, run(),
            asio::bind_executor(
                with_.strand,
                asio::bind_cancellation_slot(
                    stop_.slot(), [this](std::exception_ptr escaped) { ended(escaped); })));
    });
}

void fear_greed_feed::stop()
{
    asio::dispatch(with_.strand, [this] {
        is_stopping_ = true;
        stop_.emit(asio::cancellation_type::terminal);
    });
}

asio::awaitable<void> fear_greed_feed::run()
{
    // A cancellation arrives as an error code, not as an exception.
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!is_stopping_) {
        const bool is_watched = board_.is_watched(with_.time.boot_now());
        // The schedule of tables, without the whole that stands beside them.
        if (schedule_.due(with_.time.steady_now(), is_watched, false)) {
            co_await fetch();
            continue;
        }
        // Cancelled by stop(), and where somebody begins to read: it may be due then.
        timer_.expires_at(schedule_.next(is_watched, false));
        const auto [woken] = co_await timer_.async_wait(no_throw);
        static_cast<void>(woken);
    }
}

asio::awaitable<void> fear_greed_feed::fetch()
{
    market::fear_greed index;
    const gated_client::request_function request = market::fear_greed_request;
    const gated_client::read_function read =
        [&](const net::http_response& answer) -> std::optional<fetch_error> {
        auto said = market::read_fear_greed(answer, with_.time.wall_now());
        if (!said)
            return said.error();
        index = *std::move(said);
        return std::nullopt;
    };
    const auto why = co_await source_->ask(request, read);
    if (is_stopping_)
        co_return;
    if (why) {
        failed(*why);
    } else {
        said_.clear();
        const auto now = now_of(with_.time);
        board_.post(std::make_shared<market::fear_greed_snapshot>(market::fear_greed_snapshot{
            .index = std::move(index), .received = now.boot, .received_at = now.wall}));
    }
    schedule_.table_asked(with_.time.steady_now(), !why);
}

// One line for each reason, and not for each failure.
void fear_greed_feed::failed(const fetch_error& why)
{
    failures_.add();
    auto words = words_of(why);
    if (said_ == words)
        return;
    with_.log.warn(
        "fear and greed source failed", {{"source", market::alternative_me}, {"why", words}});
    said_ = std::move(words);
}

void fear_greed_feed::publish_figures()
{
    using kind = telemetry::metrics::kind;
    with_.figures.sampled(
        kind::counter, "tickertape_fear_greed_requests_total",
        "Requests for the Fear and Greed Index.", {},
        [this] { return static_cast<double>(source_->requests().value()); });
    with_.figures.sampled(
        kind::counter, "tickertape_fear_greed_failures_total",
        "Times that the source gave no Fear and Greed Index.", {},
        [this] { return static_cast<double>(failures_.value()); });
}

void fear_greed_feed::ended(const std::exception_ptr& escaped)
{
    --running_;
    if (!escaped)
        return;
    try {
        std::rethrow_exception(escaped);
    } catch (const std::exception& e) {
        with_.log.error("the fear and greed index: an internal error", {{"cause", e.what()}});
    }
}

}  // namespace tickertape::feed
