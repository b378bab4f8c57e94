#include "feed/fear_greed_feed.hpp"

#include "asio/no_throw.hpp"
#include "core/noted_time.hpp"
#include "market/kept_fear_greed.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <cassert>
#include <optional>
#include <utility>

namespace tickertape::feed {

fear_greed_feed::fear_greed_feed(
    const parts& of, market::cadence rhythm, std::unique_ptr<gated_client> source)
    : with_{of}, schedule_{rhythm},
      board_{rhythm.watched_for, [this] { asio::post(with_.strand, [this] { timer_.cancel(); }); }},
      source_{std::move(source)}, timer_{of.strand},
      task_{of.strand, of.log, "the fear and greed index: an internal error"}
{
    assert(source_);
    publish_figures();
}

void fear_greed_feed::start()
{
    task_.start([this] { return run(); });
}

void fear_greed_feed::stand_by(bool stands_by)
{
    asio::dispatch(with_.strand, [this, stands_by] {
        is_standing_by_ = stands_by;
        timer_.cancel();
    });
}

void fear_greed_feed::stop()
{
    task_.stop();
}

asio::awaitable<void> fear_greed_feed::run()
{
    while (!task_.stopping()) {
        const bool is_watched = board_.is_watched(with_.time.boot_now());
        // The schedule of tables, without the whole that stands beside them.
        if (!is_standing_by_ && schedule_.due(with_.time.steady_now(), is_watched, false)) {
            co_await fetch();
            continue;
        }
        // Cancelled by stop() and stand_by(), and where somebody begins to read: it may be due
        // then.
        timer_.expires_at(is_standing_by_ ? steady_time::max() : schedule_.next(is_watched, false));
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
    if (task_.stopping())
        co_return;
    if (why) {
        failed(*why);
    } else {
        said_.clear();
        const auto now = now_of(with_.time);
        board_.post(std::make_shared<market::fear_greed_snapshot>(market::fear_greed_snapshot{
            .index = std::move(index), .received = now.boot, .received_at = now.wall}));
        ++changes_;
    }
    schedule_.table_asked(with_.time.steady_now(), !why);
}

std::string fear_greed_feed::write() const
{
    return write_kept(*board_.newest());
}

std::optional<fetch_error> fear_greed_feed::take(std::string_view text)
{
    const auto now = now_of(with_.time);
    auto said = market::read_kept_fear_greed(text, now);
    if (!said)
        return said.error();
    const auto before = board_.newest();
    if (before && !is_later(said->received_at, before->received_at, now.wall))
        return std::nullopt;
    schedule_.table_asked(now.steady - (now.boot - said->received), true);
    board_.post(std::make_shared<market::fear_greed_snapshot>(*std::move(said)));
    ++changes_;
    timer_.cancel();
    return std::nullopt;
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

}  // namespace tickertape::feed
