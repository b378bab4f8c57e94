#include "feed/socket_connection.hpp"

#include "asio/no_throw.hpp"
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "net/with_timeout.hpp"
#include "provider/answer.hpp"
#include "provider/errors.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>

namespace tickertape::feed {
namespace {

net::websocket_limits
limits_of(const venue_socket_limits& limits, const provider::socket_rules& rules)
{
    auto of = limits.connection;
    of.silence_max = rules.silence_max;
    of.message_bytes_max = rules.message_bytes_max;
    return of;
}

// A refused upgrade says why in its body, as answers of the provider's REST API do.
fetch_error in_words(fetch_error why, const net::http_response& answer)
{
    if (why.code == net::net_errc::upgrade_refused && why.detail.empty())
        why.detail = provider::words_of(answer.body);
    return why;
}

}  // namespace

// A burst of one: a provider that allows five messages a second means any second.
socket_connection::socket_connection(
    const setup& with, std::unique_ptr<provider::socket_api> protocol,
    std::span<const provider::market> markets, double random, heard_function heard)
    : with_{with}, protocol_{std::move(protocol)}, markets_{markets}, rules_{protocol_->rules()},
      random_{random}, heard_{std::move(heard)},
      client_{with.strand, with.base, with.trust, limits_of(with.limits, rules_), with.lookup},
      pace_{
          rate_limit{.per_minute = rules_.messages_per_second * 60, .burst = 1},
          with.time.steady_now()},
      timer_{with.strand}
{
}

asio::awaitable<fetch_error> socket_connection::run()
{
    using namespace asio::experimental::awaitable_operators;
    co_await asio::this_coro::throw_if_cancelled(false);
    auto opened = co_await client_.open(protocol_->target(markets_));
    if (!opened)
        co_return in_words(opened.error(), client_.answer());
    if (co_await net::is_cancelled())
        co_return fetch_error{asio::error::operation_aborted};

    is_open_ = true;
    opened_at_ = last_sent_ = with_.time.steady_now();
    // 1 to 5 per cent early, so that it is we who choose the moment, and not all at once.
    if (rules_.lifetime) {
        const auto part = 0.99 - 0.04 * random_;
        renew_at_ = opened_at_ +
                    std::chrono::duration_cast<std::chrono::milliseconds>(*rules_.lifetime * part);
    }
    provider::socket_news news;
    protocol_->opened(markets_, news);
    if (auto failed = take(event::opened, news))
        co_return std::move(*failed);

    auto first = co_await (reading() || minding());
    client_.abort();
    co_return first.index() == 0 ? std::get<0>(std::move(first)) : std::get<1>(std::move(first));
}

asio::awaitable<fetch_error> socket_connection::reading()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    provider::socket_news news;
    for (std::string message;;) {
        const auto got = co_await client_.read(message);
        if (!got) {
            // When we say goodbye, minding() ends the connection once that is done. If this
            // coroutine was cancelled before, it would not be cancelled a second time.
            const bool is_over = co_await net::is_cancelled();
            if (is_leaving_ && !is_over) {
                asio::steady_timer until_cancelled{with_.strand, steady_time::max()};
                const auto [ended] = co_await until_cancelled.async_wait(no_throw);
                (void)ended;
            }
            co_return got.error();
        }
        news.clear();
        protocol_->read(message, news);
        if (news.unknown > 0 && unknown_sample_.empty())
            unknown_sample_ = clean_words(std::string_view{message}.substr(0, words_bytes_max));
        if (auto failed = take(event::message, news))
            co_return std::move(*failed);
    }
}

// Acts on an event of the protocol. Returns the failure that it stands for, if any.
std::optional<fetch_error> socket_connection::take(event what, provider::socket_news& news)
{
    for (auto& message : news.to_send) {
        if (to_send_.size() == with_.limits.to_send_max)
            return fetch_error{
                provider::provider_errc::throttled,
                std::to_string(to_send_.size()) + " messages of ours wait to be sent"};
        to_send_.push_back(std::move(message));
    }
    for (const auto symbol : news.accepted)
        confirm(symbol);
    for (const auto& q : news.quotes)
        confirm(q.symbol);
    if (!news.refused.empty())
        last_refusal_ = news.refused.back().why;
    is_due_ = is_due_ || news.reconnect;
    if (!to_send_.empty())
        wake();
    try {
        heard_(*this, what, news);
    } catch (const std::exception& e) {
        // An exception would leave the other half of the conversation waiting for ever.
        return fetch_error{
            net::net_errc::connection_lost,
            clean_words("an internal error: " + std::string{e.what()})};
    }
    return news.failed;
}

void socket_connection::confirm(symbol_id symbol)
{
    const auto place = std::lower_bound(confirmed_.begin(), confirmed_.end(), symbol);
    if (place != confirmed_.end() && *place == symbol)
        return;
    const auto is_wanted = [symbol](const provider::market& m) { return m.symbol == symbol; };
    if (std::none_of(markets_.begin(), markets_.end(), is_wanted))
        return;
    confirmed_.insert(place, symbol);
    if (!live_since_)
        live_since_ = with_.time.steady_now();
}

bool socket_connection::confirms(symbol_id symbol) const noexcept
{
    return std::binary_search(confirmed_.begin(), confirmed_.end(), symbol);
}

// Does all that depends on time: messages that wait for their turn, the keep-alive, the limit for
// the first confirmation, the renewal and the goodbye.
asio::awaitable<fetch_error> socket_connection::minding()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    for (;;) {
        if (co_await net::is_cancelled())
            co_return fetch_error{asio::error::operation_aborted};
        if (is_leaving_) {
            co_await client_.close();
            co_return fetch_error{asio::error::operation_aborted};
        }
        const auto now = with_.time.steady_now();
        if (!live_since_ && now >= opened_at_ + with_.limits.confirm) {
            if (last_refusal_)
                co_return fetch_error{
                    provider::provider_errc::subscription_refused, last_refusal_->detail};
            co_return fetch_error{
                provider::provider_errc::subscription_refused, "nothing was confirmed in time"};
        }
        if (renew_at_ && now >= *renew_at_) {
            renew_at_.reset();
            is_due_ = true;
            provider::socket_news nothing;
            if (auto failed = take(event::due, nothing))
                co_return std::move(*failed);
        }
        if (to_send_.empty() && !rules_.keep_alive.empty() &&
            now >= last_sent_ + rules_.keep_alive_every)
            to_send_.push_back(rules_.keep_alive);
        if (!to_send_.empty() && pace_.take(now)) {
            last_sent_ = now;
            auto message = std::move(to_send_.front());
            to_send_.pop_front();
            const auto sent = co_await client_.write(std::move(message));
            if (!sent)
                co_return sent.error();
            continue;
        }
        if (!is_woken_) {
            timer_.expires_at(next_due(now));
            const auto [ended] = co_await timer_.async_wait(no_throw);
            (void)ended;
        }
        is_woken_ = false;
    }
}

steady_time socket_connection::next_due(steady_time now) const
{
    auto due = steady_time::max();
    if (!live_since_)
        due = std::min(due, opened_at_ + with_.limits.confirm);
    if (renew_at_)
        due = std::min(due, *renew_at_);
    if (!to_send_.empty())
        due = std::min(due, now + pace_.wait(now));
    else if (!rules_.keep_alive.empty())
        due = std::min(due, last_sent_ + rules_.keep_alive_every);
    return due;
}

void socket_connection::leave()
{
    is_leaving_ = true;
    wake();
}

void socket_connection::wake()
{
    is_woken_ = true;
    timer_.cancel();
}

}  // namespace tickertape::feed
