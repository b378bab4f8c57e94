// One connection to a Redis or a Sentinel: questions out, replies in, in their order.
//
// Threads: one strand.
#pragma once

#include "net/byte_stream.hpp"
#include "relay/redis_address.hpp"
#include "relay/redis_answers.hpp"
#include "relay/resp.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace tickertape::relay {

class redis_connection {
public:
    using task = boost::asio::awaitable<boost::system::error_code>;

    // `stream` is connected, and not null.
    redis_connection(std::unique_ptr<net::byte_stream> stream, const reply_limits& limits);
    ~redis_connection();
    redis_connection(const redis_connection&) = delete;
    redis_connection& operator=(const redis_connection&) = delete;

    // Sends the questions in one piece and reads a reply to each; an error reply is a reply. One
    // call at a time. `questions` and `replies` outlive it. After an error, also a cancellation,
    // nobody knows which reply would be the next: the connection is to be destroyed. Errors:
    // relay_errc::unreachable, ::too_slow (not all there after `limit`), ::bad_answer;
    // operation_aborted. Never throws.
    task
    ask(const std::vector<command>& questions, std::vector<reply>& replies,
        std::chrono::steady_clock::duration limit);

    // Says who we are and learns who the server is. Same rules as ask().
    // Errors also: relay_errc::refused, of a user, a password or a database; ::unreachable, of a
    // server that is no master.
    task
    greet(const redis_login& login, unsigned database, std::chrono::steady_clock::duration limit);

    // Of the server, once greeted: another one after each start of it.
    const std::string& run_id() const noexcept { return run_id_; }
    // Of the server, once greeted: whether it may throw the log away when its memory is full, and
    // by which policy. Empty: no.
    const std::string& eviction() const noexcept { return eviction_; }
    // Why greet() failed, for the log: the first word of Redis' error, or nothing.
    const std::string& refusal_word() const noexcept { return word_; }

private:
    task exchange(std::string bytes, std::size_t count, std::vector<reply>& replies);

    std::unique_ptr<net::byte_stream> stream_;
    reply_reader reader_;
    std::vector<char> room_;
    std::string run_id_;
    std::string eviction_;
    std::string word_;
};

}  // namespace tickertape::relay
