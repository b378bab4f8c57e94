#include "relay/redis_connection.hpp"

#include "net/with_timeout.hpp"
#include "relay/errors.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

namespace tickertape::relay {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t read_bytes = 64 * 1024;

// What the system or OpenSSL says of a connection comes to the same: it is gone.
error_code meaning_of(error_code ec)
{
    if (!ec || ec == asio::error::operation_aborted || ec.category() == relay_category())
        return ec;
    return relay_errc::unreachable;
}

std::vector<command> greeting(const redis_login& login, unsigned database)
{
    std::vector<command> questions;
    if (!login.password.empty() && login.user.empty())
        questions.push_back({"AUTH", login.password});
    else if (!login.password.empty())
        questions.push_back({"AUTH", login.user, login.password});
    if (database != 0)
        questions.push_back({"SELECT", std::to_string(database)});
    questions.push_back({"INFO", "server"});
    questions.push_back({"INFO", "replication"});
    questions.push_back({"INFO", "memory"});
    return questions;
}

}  // namespace

redis_connection::redis_connection(
    std::unique_ptr<net::byte_stream> stream, const reply_limits& limits)
    : stream_{std::move(stream)}, reader_{limits}, room_(read_bytes)
{
}

redis_connection::~redis_connection() = default;

redis_connection::task redis_connection::ask(
    const std::vector<command>& questions, std::vector<reply>& replies,
    std::chrono::steady_clock::duration limit)
{
    if (co_await net::is_cancelled())
        co_return asio::error::operation_aborted;
    std::string bytes;
    for (const auto& q : questions)
        append_command(bytes, q);
    replies.clear();
    const auto ec = co_await net::with_timeout(
        limit, relay_errc::too_slow, exchange(std::move(bytes), questions.size(), replies));
    co_return meaning_of(ec);
}

redis_connection::task
redis_connection::exchange(std::string bytes, std::size_t count, std::vector<reply>& replies)
{
    if (const auto ec = co_await stream_->write(asio::buffer(bytes)))
        co_return ec;
    for (;;) {
        while (replies.size() < count) {
            auto next = reader_.next();
            if (!next)
                co_return next.error();
            if (!*next)
                break;
            replies.push_back(std::move(**next));
        }
        if (replies.size() == count)
            break;
        const auto [ec, size] = co_await stream_->read_some(asio::buffer(room_));
        if (ec)
            co_return ec;
        if (const auto wrong = reader_.feed({room_.data(), size}))
            co_return wrong;
    }
    // A reply that nobody asked for: the next question would get the wrong one.
    if (reader_.has_more())
        co_return relay_errc::bad_answer;
    co_return error_code{};
}

redis_connection::task redis_connection::greet(
    const redis_login& login, unsigned database, std::chrono::steady_clock::duration limit)
{
    const auto questions = greeting(login, database);
    std::vector<reply> replies;
    if (const auto ec = co_await ask(questions, replies, limit))
        co_return ec;
    for (std::size_t i = 0; i + 3 < replies.size(); ++i) {
        const auto refused = relay::meaning_of(replies[i]);
        if (!refused.code)
            continue;
        word_ = refused.word;
        // Of AUTH and SELECT everything that is unknown is a refusal, such as a password where none
        // is wanted, or a database that is not there.
        const bool is_unknown = refused.code == relay_errc::bad_answer;
        co_return is_unknown ? make_error_code(relay_errc::refused) : refused.code;
    }
    const auto& of_server = replies[replies.size() - 3];
    const auto& of_replication = replies[replies.size() - 2];
    const auto server = read_server(of_server);
    const auto replication = read_server(of_replication);
    if (!server || !replication) {
        word_ = relay::meaning_of(!server ? of_server : of_replication).word;
        co_return !server ? server.error() : replication.error();
    }
    if (server->run_id.empty() || replication->role.empty())
        co_return relay_errc::bad_answer;
    if (replication->role != "master") {
        word_ = "READONLY";
        co_return relay_errc::unreachable;
    }
    run_id_ = server->run_id;
    const auto memory = read_server(replies.back());
    if (memory && memory->eviction != "noeviction")
        eviction_ = memory->eviction;
    co_return error_code{};
}

}  // namespace tickertape::relay
