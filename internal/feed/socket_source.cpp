#include "feed/socket_source.hpp"

#include "boost/no_throw.hpp"
#include "core/elapsed.hpp"
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "net/retry_after.hpp"
#include "net/with_timeout.hpp"
#include "provider/errors.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace tickertape::feed {

socket_source::socket_source(setup with, stream_listener& listener)
    : with_{std::move(with)}, listener_{listener}, backoff_{backoff_limits{
                                                       with_.limits.again_first,
                                                       with_.limits.again_most}},
      timer_{with_.strand}, again_at_{with_.time.steady_now()}
{
    assert(!with_.markets.empty());
    change_state("connecting");
}

// The connections run beside this, and wake it whenever one of them has come to something; what
// follows is decided here alone.
asio::awaitable<void> socket_source::run()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    for (;;) {
        if (co_await net::is_cancelled())
            break;
        const auto now = with_.time.steady_now();
        step(now);
        if (!is_woken_) {
            timer_.expires_at(next_due(now));
            const auto [ended] = co_await timer_.async_wait(no_throw);
            (void)ended;
        }
        is_woken_ = false;
    }
    for (const auto* one : {&current_, &next_, &leaving_})
        if (*one)
            (*one)->stop.emit(asio::cancellation_type::terminal);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (running_ > 0) {
        timer_.expires_at(steady_time::max());
        const auto [ended] = co_await timer_.async_wait(no_throw);
        (void)ended;
    }
    current_.reset();
    next_.reset();
    leaving_.reset();
    announced_.clear();
    status_.subscribed = 0;
    change_state("waiting");
}

void socket_source::step(steady_time now)
{
    if (leaving_ && leaving_->ended)
        leaving_.reset();
    while (current_ && current_->ended)
        bury_current(now);
    renew(now);
    if (!current_ && now >= again_at_) {
        change_state("connecting");
        current_ = dial();
    }
}

void socket_source::bury_current(steady_time now)
{
    const auto gone = std::move(current_);
    // One that is live already takes over without a gap; one that is not may yet become it.
    current_ = std::move(next_);
    if (current_ && current_->connection.live_since()) {
        announce();
        return;
    }
    if (!current_)
        again_at_ = now + patience(*gone);
    change_state(current_ ? "connecting" : "waiting");
    down(*gone->ended);
}

// Make before break.
void socket_source::renew(steady_time now)
{
    if (next_ && next_->ended) {
        const auto gone = std::move(next_);
        again_at_ = now + patience(*gone);
        const auto& why = *gone->ended;
        listener_.stream_notice(clean_words(
            "the connection could not be renewed: " + why.code.message() + " " + why.detail));
    }
    if (!current_ || !current_->connection.live_since())
        return;
    if (!next_ && !leaving_ && current_->connection.is_due() && now >= again_at_) {
        // A provider that wants every connection renewed at once is followed with patience.
        if (now - *current_->connection.live_since() >= with_.limits.settled)
            backoff_.reset();
        again_at_ = now + backoff_.next(with_.random());
        next_ = dial();
    }
    if (!next_ || !next_->connection.live_since())
        return;
    const auto& old = current_->connection.confirmed();
    const auto& renewed = next_->connection.confirmed();
    const bool is_complete = std::includes(renewed.begin(), renewed.end(), old.begin(), old.end());
    if (!is_complete && now < *next_->connection.live_since() + with_.limits.overlap)
        return;
    leaving_ = std::move(current_);
    current_ = std::move(next_);
    leaving_->connection.leave();
    announce();
}

steady_time socket_source::next_due(steady_time now) const
{
    auto due = steady_time::max();
    const bool waits = !current_ || (!next_ && current_->connection.is_due());
    if (waits && again_at_ > now)
        due = again_at_;
    if (next_ && next_->connection.live_since())
        due = std::min(due, *next_->connection.live_since() + with_.limits.overlap);
    return due;
}

std::unique_ptr<socket_source::line> socket_source::dial()
{
    const socket_connection::setup with{with_.strand, with_.base, with_.trust,
                                        with_.limits, with_.time, with_.lookup};
    auto made = std::make_unique<line>(
        with, with_.protocol(), with_.markets, with_.random(),
        [this](
            socket_connection& by, socket_connection::event what,
            const provider::socket_news& news) { heard(by, what, news); });
    auto& one = *made;
    ++running_;
    asio::co_spawn(
        with_.strand, one.connection.run(),
        asio::bind_executor(
            with_.strand,
            asio::bind_cancellation_slot(
                one.stop.slot(), [this, &one](std::exception_ptr escaped, fetch_error why) {
                    ended(one, escaped, std::move(why));
                })));
    return made;
}

void socket_source::ended(line& which, std::exception_ptr escaped, fetch_error why)
{
    --running_;
    which.ended = std::move(why);
    if (escaped) {
        try {
            std::rethrow_exception(escaped);
        } catch (const std::exception& e) {
            which.ended = fetch_error{
                net::net_errc::connection_lost,
                clean_words("by a mistake of ours: " + std::string{e.what()})};
        }
    }
    wake();
}

// How long to wait after this connection.
std::chrono::milliseconds socket_source::patience(const line& after)
{
    const auto now = with_.time.steady_now();
    if (const auto since = after.connection.live_since();
        since && now - *since >= with_.limits.settled)
        backoff_.reset();
    auto wait = backoff_.next(with_.random());
    const auto status = after.ended->http_status;
    const bool is_unwelcome = status == 403 || status == 451 || status == 418 || status == 429;
    if (is_unwelcome || after.ended->code == provider::provider_errc::rate_limited)
        wait += with_.limits.unwelcome;
    const auto wall = with_.time.wall_now();
    const auto theirs = net::time_said(after.connection.dated(), wall).value_or(wall);
    if (const auto told = net::parse_retry_after(after.connection.retry_after(), theirs))
        wait = std::max(wait, *told);
    return wait;
}

void socket_source::heard(
    socket_connection& by, socket_connection::event what, const provider::socket_news& news)
{
    const bool is_next = next_ && &next_->connection == &by;
    auto* const from = is_next ? next_.get() : current_.get();
    if (from == nullptr || &from->connection != &by)
        return;  // it has been taken over from
    if (what == socket_connection::event::opened) {
        ++status_.connections;
        listener_.stream_dated(by.dated());
        status_.notice.clear();
    } else if (what == socket_connection::event::message) {
        ++status_.messages;
        last_message_ = now_of(with_.time);
    }
    unknown_ += news.unknown;
    if (news.unknown > 0 && !std::exchange(from->is_unknown_said, true))
        listener_.stream_unknown(by.unknown_sample());
    if (!news.notice.empty()) {
        status_.notice = clean_words(news.notice);
        listener_.stream_notice(status_.notice);
    }
    // They only become more.
    if (const auto known = by.confirmed().size(); known != from->known) {
        from->known = known;
        announce();
    }
    for (const auto& [symbol, why] : news.refused)
        listener_.stream_refused(symbol, why);
    if (!news.quotes.empty())
        pass_on(by, news.quotes);
    if (is_next || (by.is_due() && !next_))
        wake();
}

// Of what the old connection says, only what the new one does not say by itself.
void socket_source::pass_on(const socket_connection& by, std::span<const quote> quotes)
{
    if (!next_ || &next_->connection == &by) {
        listener_.stream_quotes(quotes);
        return;
    }
    kept_quotes_.clear();
    std::copy_if(
        quotes.begin(), quotes.end(), std::back_inserter(kept_quotes_),
        [this](const quote& q) { return !next_->connection.confirms(q.symbol); });
    if (!kept_quotes_.empty())
        listener_.stream_quotes(kept_quotes_);
}

// Makes known what is streamed, if that has changed.
void socket_source::announce()
{
    std::vector<symbol_id> all;
    if (current_)
        all = current_->connection.confirmed();
    if (next_) {
        std::vector<symbol_id> both;
        const auto& more = next_->connection.confirmed();
        std::set_union(all.begin(), all.end(), more.begin(), more.end(), std::back_inserter(both));
        all = std::move(both);
    }
    if (all == announced_)
        return;
    announced_ = std::move(all);
    status_.subscribed = announced_.size();
    if (!announced_.empty())
        change_state("live");
    listener_.stream_live(announced_);
}

void socket_source::down(const fetch_error& why)
{
    announced_.clear();
    status_.subscribed = 0;
    listener_.stream_down(why);
}

void socket_source::change_state(std::string_view to)
{
    if (status_.state == to)
        return;
    status_.state = to;
    since_ = now_of(with_.time);
}

feed_report::stream socket_source::status() const
{
    auto status = status_;
    const auto now = now_of(with_.time);
    status.since = wall_time_of(since_, now);
    if (last_message_)
        status.last_message = wall_time_of(*last_message_, now);
    return status;
}

void socket_source::wake()
{
    is_woken_ = true;
    timer_.cancel();
}

}  // namespace tickertape::feed
