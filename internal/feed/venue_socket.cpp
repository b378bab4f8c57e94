#include "feed/venue_socket.hpp"

#include "asio/no_throw.hpp"
#include "core/elapsed.hpp"
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "net/answer_date.hpp"
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

venue_socket::venue_socket(
    const feed_context& context, venue_socket_parts parts, quote_listener& listener,
    std::function<double()> random)
    : with_{context}, parts_{std::move(parts)}, listener_{listener}, random_{std::move(random)},
      log_{context, parts_.name}, backoff_{backoff_limits{
                                      parts_.limits.again_first, parts_.limits.again_most}},
      timer_{with_.strand}, again_at_{with_.time.steady_now()}
{
    assert(!parts_.chosen.markets.empty());
    change_state("connecting");
    report();
}

// The connections run at the same time, and wake this when one opened, changed or ended. All
// decisions are made here.
asio::awaitable<void> venue_socket::run()
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

void venue_socket::rest(bool rests)
{
    if (rests_ == rests)
        return;
    rests_ = rests;
    again_at_ = with_.time.steady_now();
    wake();
}

// Ends what is open. Each connection wakes run() once it has ended.
void venue_socket::lie_down()
{
    const bool was_there = current_ != nullptr;
    for (auto* one : {&current_, &next_, &leaving_}) {
        if (!*one)
            continue;
        if ((*one)->ended)
            one->reset();
        else
            (*one)->stop.emit(asio::cancellation_type::terminal);
    }
    if (!was_there || current_)
        return;
    announced_.clear();
    status_.subscribed = 0;
    change_state("waiting");
    listener_.ended(parts_.rank);
}

void venue_socket::step(steady_time now)
{
    if (rests_)
        return lie_down();
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

void venue_socket::bury_current(steady_time now)
{
    const auto gone = std::move(current_);
    // If the next connection is live it takes over without a gap; otherwise it may become live.
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

// Opens the new connection before the old one ends.
void venue_socket::renew(steady_time now)
{
    if (next_ && next_->ended) {
        const auto gone = std::move(next_);
        again_at_ = now + patience(*gone);
        const auto& why = *gone->ended;
        log_.notice(clean_words(
            "the connection could not be renewed: " + why.code.message() + " " + why.detail));
    }
    if (!current_ || !current_->connection.live_since())
        return;
    if (!next_ && !leaving_ && current_->connection.is_due() && now >= again_at_) {
        // A provider may ask for renewal again and again: we wait between two renewals.
        if (now - *current_->connection.live_since() >= parts_.limits.settled)
            backoff_.reset();
        again_at_ = now + backoff_.next(random_());
        next_ = dial();
    }
    if (!next_ || !next_->connection.live_since())
        return;
    const auto& old = current_->connection.confirmed();
    const auto& renewed = next_->connection.confirmed();
    const bool is_complete = std::includes(renewed.begin(), renewed.end(), old.begin(), old.end());
    if (!is_complete && now < *next_->connection.live_since() + parts_.limits.overlap)
        return;
    leaving_ = std::move(current_);
    current_ = std::move(next_);
    leaving_->connection.leave();
    announce();
}

steady_time venue_socket::next_due(steady_time now) const
{
    auto due = steady_time::max();
    if (rests_)
        return due;
    const bool waits = !current_ || (!next_ && current_->connection.is_due());
    if (waits && again_at_ > now)
        due = again_at_;
    if (next_ && next_->connection.live_since())
        due = std::min(due, *next_->connection.live_since() + parts_.limits.overlap);
    return due;
}

std::unique_ptr<venue_socket::line> venue_socket::dial()
{
    const socket_connection::setup with{with_.strand,  parts_.url, parts_.trust,
                                        parts_.limits, with_.time, parts_.lookup};
    auto made = std::make_unique<line>(
        with, parts_.make_api(), parts_.chosen.markets, random_(),
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

void venue_socket::ended(line& which, std::exception_ptr escaped, fetch_error why)
{
    --running_;
    which.ended = std::move(why);
    if (escaped) {
        try {
            std::rethrow_exception(escaped);
        } catch (const std::exception& e) {
            which.ended = fetch_error{
                net::net_errc::connection_lost,
                clean_words("an internal error: " + std::string{e.what()})};
        }
    }
    wake();
}

// Returns how long to wait before the connection after this one.
std::chrono::milliseconds venue_socket::patience(const line& after)
{
    const auto now = with_.time.steady_now();
    if (const auto since = after.connection.live_since();
        since && now - *since >= parts_.limits.settled)
        backoff_.reset();
    auto wait = backoff_.next(random_());
    const auto status = after.ended->http_status;
    const bool is_unwelcome = status == 403 || status == 451 || status == 418 || status == 429;
    if (is_unwelcome || after.ended->code == provider::provider_errc::rate_limited)
        wait += parts_.limits.unwelcome;
    const auto wall = with_.time.wall_now();
    const auto theirs = net::time_said(after.connection.dated(), wall).value_or(wall);
    if (const auto told = net::parse_retry_after(after.connection.retry_after(), theirs))
        wait = std::max(wait, *told);
    return wait;
}

void venue_socket::heard(
    socket_connection& by, socket_connection::event what, const provider::socket_news& news)
{
    const bool is_next = next_ && &next_->connection == &by;
    auto* const from = is_next ? next_.get() : current_.get();
    if (from == nullptr || &from->connection != &by)
        return;  // another connection has taken over
    if (what == socket_connection::event::opened) {
        ++status_.connections;
        if (const auto reading = net::read_clock(by.dated(), now_of(with_.time)))
            listener_.dated(parts_.rank, *reading);
        status_.notice.clear();
    } else if (what == socket_connection::event::message) {
        ++status_.messages;
        last_message_ = now_of(with_.time);
    }
    unknown_ += news.unknown;
    if (news.unknown > 0 && !std::exchange(from->is_unknown_said, true))
        log_.unknown(by.unknown_sample());
    if (!news.notice.empty()) {
        status_.notice = clean_words(news.notice);
        log_.notice(status_.notice);
    }
    // Symbols are only added.
    if (const auto known = by.confirmed().size(); known != from->known) {
        from->known = known;
        announce();
    }
    for (const auto& [symbol, why] : news.refused) {
        log_.refused(symbol, why);
        listener_.failed(parts_.rank, symbol, why, pricing::quote_way::socket);
    }
    if (!news.quotes.empty())
        pass_on(by, news.quotes);
    if (is_next || (by.is_due() && !next_))
        wake();
}

// While a new connection takes over, the old one's quotes count only for symbols that the new one
// has not confirmed.
void venue_socket::pass_on(const socket_connection& by, std::span<const quote> quotes)
{
    const bool is_old = next_ && &next_->connection != &by;
    for (const auto& q : quotes)
        if (!is_old || !next_->connection.confirms(q.symbol))
            tell(q);
}

void venue_socket::tell(const quote& q)
{
    const auto as = parts_.chosen.standins[index_of(q.symbol)];
    if (const auto refused = listener_.quoted(parts_.rank, q, as, pricing::quote_way::socket))
        log_.disbelieved(q, refused);
}

// Tells the listener which symbols the socket sends, if that has changed.
void venue_socket::announce()
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
    for (const auto symbol : announced_)
        if (!std::ranges::binary_search(all, symbol))
            listener_.dropped(parts_.rank, symbol);
    const bool was_live = !announced_.empty();
    announced_ = std::move(all);
    status_.subscribed = announced_.size();
    if (announced_.empty())
        return;
    change_state("live");
    if (!was_live)
        log_.live();
}

void venue_socket::down(const fetch_error& why)
{
    announced_.clear();
    status_.subscribed = 0;
    log_.down(why);
    listener_.ended(parts_.rank);
}

void venue_socket::change_state(std::string_view to)
{
    if (status_.state == to)
        return;
    status_.state = to;
    since_ = now_of(with_.time);
}

feed_report::venue_socket venue_socket::report()
{
    auto status = status_;
    const auto now = now_of(with_.time);
    status.since = wall_time_of(since_, now);
    if (last_message_)
        status.last_message = wall_time_of(*last_message_, now);
    log_.report(status, unknown_);
    return status;
}

void venue_socket::wake()
{
    is_woken_ = true;
    timer_.cancel();
}

}  // namespace tickertape::feed
