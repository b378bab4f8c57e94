#include "relay/redis_link.hpp"

#include "net/with_timeout.hpp"
#include "relay/errors.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>

namespace tickertape::relay {

using boost::system::error_code;
namespace asio = boost::asio;

redis_link::redis_link(const redis_dialing& with, std::function<double()> random, on_change say)
    : with_{with}, random_{std::move(random)}, say_{std::move(say)}, backoff_{with.limits.again},
      again_at_{steady_time::min()}
{
    if (with_.address.has_sentinels()) {
        sentinels_.emplace(with_);
        return;
    }
    server_ = with_.address.hosts.front();
    dialer_ = make_dialer(with_, server_);
}

redis_link::task redis_link::ask(
    const std::vector<command>& questions, std::vector<reply>& replies, steady_time until,
    std::chrono::steady_clock::duration limit)
{
    if (is_to_leave_)
        leave("another server is the master");
    const bool was_kept = connection_ != nullptr;
    auto ec = co_await exchange(questions, replies, until, limit);
    if (was_kept && ec == relay_errc::unreachable && connection_ == nullptr &&
        !is_to_leave_)  // the server has closed it meanwhile, which it may do
        ec = co_await exchange(questions, replies, until, limit);
    co_return ec;
}

redis_link::task redis_link::exchange(
    const std::vector<command>& questions, std::vector<reply>& replies, steady_time until,
    std::chrono::steady_clock::duration limit)
{
    if (connection_ == nullptr) {
        if (const auto ec = co_await connect(until))
            co_return ec;
    }
    // Where this ends early the connection is gone: its next reply would be another question's.
    auto connection = std::move(connection_);
    const auto left = until - std::chrono::steady_clock::now();
    is_asking_ = true;
    const auto ec = co_await connection->ask(questions, replies, std::min(limit, left));
    is_asking_ = false;
    if (ec) {
        connection.reset();
        ++figures_.losses;
        if (!has_answered_)
            pause();
        if (ec != asio::error::operation_aborted)
            say("connection lost", ec.message());
        co_return ec;
    }
    connection_ = std::move(connection);
    look_at(replies);
    co_return error_code{};
}

void redis_link::look_at(const std::vector<reply>& replies)
{
    bool is_to_leave = false;
    for (const auto& r : replies) {
        const auto refused = meaning_of(r);
        if (!refused.code || refused.is_no_script())
            continue;
        ++figures_.refusals;
        is_to_leave = is_to_leave || refused.is_to_leave;
        if (refused.word != word_)
            say("refused", refused.word);
        word_ = refused.word;
        last_failure_ = refused.code;
    }
    if (is_to_leave) {
        leave(word_);
        pause();
    } else {
        has_answered_ = true;
        backoff_.reset();
    }
}

redis_link::task redis_link::connect(steady_time until)
{
    // There is no use in asking earlier, so the caller waits here, and needs no pause of its own.
    if (again_at_ > until) {
        if (const auto ec = co_await wait_until(until))
            co_return ec;
        co_return last_failure_;
    }
    if (const auto ec = co_await wait_until(again_at_))
        co_return ec;
    std::unique_ptr<redis_connection> made;
    const auto left = std::max(until - std::chrono::steady_clock::now(), steady_time::duration{});
    auto ec = co_await net::with_timeout(left, relay_errc::too_slow, dial(made));
    if (ec == asio::error::operation_aborted)
        co_return ec;
    if (ec == relay_errc::too_slow)
        ec = relay_errc::unreachable;
    if (ec) {
        failed(ec, made ? made->refusal_word() : std::string_view{});
        co_return ec;
    }
    connection_ = std::move(made);
    is_to_leave_ = false;
    has_answered_ = false;
    run_id_ = connection_->run_id();
    ++figures_.connections;
    word_.clear();
    last_failure_ = {};
    say("connected", text_of(server_));
    if (!connection_->eviction().empty())
        say("it may throw the log away", connection_->eviction());
    co_return error_code{};
}

redis_link::task redis_link::dial(std::unique_ptr<redis_connection>& made)
{
    if (sentinels_) {
        redis_host master;
        if (const auto ec = co_await sentinels_->find_master(master))
            co_return ec;
        if (!dialer_ || master != server_) {
            server_ = std::move(master);
            dialer_ = make_dialer(with_, server_);
        }
    }
    std::unique_ptr<net::byte_stream> stream;
    if (const auto ec = co_await open_in_turn(with_, *dialer_, stream))
        co_return ec;
    made = std::make_unique<redis_connection>(std::move(stream), with_.limits.replies);
    co_return co_await made->greet(
        with_.address.login, with_.address.database, with_.limits.answer);
}

void redis_link::failed(error_code why, std::string_view word)
{
    ++figures_.failures;
    pause();
    // Once for each reason, however often it is tried.
    if (why != last_failure_ || word != word_)
        say("cannot connect", word.empty() ? std::string_view{why.message()} : word);
    last_failure_ = why;
    word_ = word;
}

void redis_link::say(std::string_view what, std::string_view why) const
{
    say_(what, why, server_.name.empty() ? "sentinels" : text_of(server_));
}

void redis_link::pause()
{
    again_at_ = std::chrono::steady_clock::now() + backoff_.next(random_());
}

void redis_link::leave(std::string_view why)
{
    is_to_leave_ = false;
    if (connection_ == nullptr)
        return;
    connection_.reset();
    ++figures_.losses;
    say("connection left", why);
}

}  // namespace tickertape::relay
