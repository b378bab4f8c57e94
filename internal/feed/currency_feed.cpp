#include "feed/currency_feed.hpp"

#include "core/noted_time.hpp"
#include "market/kept_currencies.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace tickertape::feed {

namespace asio = boost::asio;

currency_feed::currency_feed(
    const parts& of, market::cadence rhythm, std::unique_ptr<gated_client> source)
    : with_{of}, board_{rhythm.watched_for, [this] { rounds_.look_again(); }}, source_{std::move(
                                                                                   source)},
      rounds_{of.strand, of.time, of.log, rhythm, "the rates of currencies: an internal error"}
{
    assert(source_);
    publish_figures();
}

void currency_feed::start()
{
    rounds_.start(
        [this] { return board_.is_watched(with_.time.boot_now()); }, [this] { return fetch(); });
}

void currency_feed::stand_by(bool stands_by)
{
    rounds_.stand_by(stands_by);
}

void currency_feed::stop()
{
    rounds_.stop();
}

asio::awaitable<bool> currency_feed::fetch()
{
    market::currency_rates rates{};
    const gated_client::request_function request = market::currency_rates_request;
    const gated_client::read_function read =
        [&](const net::http_response& answer) -> std::optional<fetch_error> {
        auto said = market::read_currency_rates(answer, with_.time.wall_now());
        if (!said)
            return said.error();
        rates = *std::move(said);
        return std::nullopt;
    };
    const auto why = co_await source_->ask(request, read);
    if (rounds_.stopping())
        co_return false;
    // A cache of theirs that is behind.
    const auto before = board_.newest();
    const bool is_older = !why && before && rates.day < before->rates.day;
    if (why)
        failed(words_of(*why));
    else if (is_older)
        failed("the rates are of " + rates.date() + ", older than those of before");
    else
        post(std::move(rates));
    co_return !why && !is_older;
}

void currency_feed::post(market::currency_rates rates)
{
    said_.clear();
    if (const auto before = board_.newest())
        market::withhold_jumps(rates, before->rates);
    for (const auto& one : rates.all)
        if (one.is_withheld) {
            withheld_.add();
            with_.log.warn(
                "currency rate withheld", {{"currency", one.code}, {"date", rates.date()}});
        }
    const auto now = now_of(with_.time);
    board_.post(std::make_shared<market::currency_snapshot>(market::currency_snapshot{
        .rates = std::move(rates), .received = now.boot, .received_at = now.wall}));
    ++changes_;
}

std::string currency_feed::write() const
{
    return write_kept(*board_.newest());
}

std::optional<fetch_error> currency_feed::take(std::string_view text)
{
    const auto now = now_of(with_.time);
    auto said = market::read_kept_currencies(text, now);
    if (!said)
        return said.error();
    const auto before = board_.newest();
    if (before && !is_later(said->received_at, before->received_at, now.wall))
        return std::nullopt;
    const auto age = now.boot - said->received;
    board_.post(std::make_shared<market::currency_snapshot>(*std::move(said)));
    ++changes_;
    rounds_.note_success(now.steady - age);
    return std::nullopt;
}

// One line for each reason, and not for each failure.
void currency_feed::failed(const std::string& words)
{
    failures_.add();
    if (said_ == words)
        return;
    with_.log.warn("currency source failed", {{"source", market::frankfurter}, {"why", words}});
    said_ = words;
}

void currency_feed::publish_figures()
{
    using kind = telemetry::metrics::kind;
    with_.figures.sampled(
        kind::counter, "tickertape_currency_requests_total",
        "Requests for the rates of currencies.", {},
        [this] { return static_cast<double>(source_->requests().value()); });
    with_.figures.sampled(
        kind::counter, "tickertape_currency_failures_total",
        "Times that the source gave no rates of currencies.", {},
        [this] { return static_cast<double>(failures_.value()); });
    with_.figures.sampled(
        kind::counter, "tickertape_currency_withheld_total",
        "Rates of currencies that were withheld, because they had jumped.", {},
        [this] { return static_cast<double>(withheld_.value()); });
}

}  // namespace tickertape::feed
