// A connection to the master that is made anew when it is lost, or when another server is the
// master.
//
// Names are looked up and Sentinels are asked for each connection.
//
// Threads: one strand.
#pragma once

#include "core/backoff.hpp"
#include "relay/redis_connection.hpp"
#include "relay/redis_dialing.hpp"
#include "relay/sentinel.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::relay {

// Counted since the start.
struct link_figures {
    std::uint64_t connections = 0;  // made and greeted
    std::uint64_t failures = 0;     // attempts that came to nothing
    std::uint64_t losses = 0;       // connections that were given up
    std::uint64_t refusals = 0;     // error replies, of all kinds
};

class redis_link {
public:
    using task = boost::asio::awaitable<boost::system::error_code>;
    // A line for the log: what happened, why in a word or two, and at which server (host:port).
    // None has a secret in it.
    using on_change =
        std::function<void(std::string_view what, std::string_view why, const std::string& server)>;

    // `random`: [0, 1).
    redis_link(const redis_dialing& with, std::function<double()> random, on_change say);

    // Asks the questions over the connection, which is made first where there is none; that waits
    // for its turn. What is asked must do no harm if it is asked twice: a kept connection that
    // turns out to be lost is replaced once. Error replies are replies. All is over at `until`, and
    // the replies are there `limit` after the questions went out. One call at a time. Errors:
    // relay_errc::unreachable, ::too_slow, ::refused, ::bad_answer; operation_aborted.
    task
    ask(const std::vector<command>& questions, std::vector<reply>& replies, steady_time until,
        std::chrono::steady_clock::duration limit);

    // Ends the connection: the next call makes another.
    void leave(std::string_view why);
    // The same once the call under way, if there is one, has ended.
    void leave_soon() noexcept { is_to_leave_ = true; }

    // Of the server that is connected, or was last.
    const std::string& run_id() const noexcept { return run_id_; }
    const redis_host& server() const noexcept { return server_; }
    bool is_connected() const noexcept { return connection_ != nullptr || is_asking_; }
    const link_figures& figures() const noexcept { return figures_; }

private:
    task connect(steady_time until);
    task dial(std::unique_ptr<redis_connection>& made);
    task exchange(
        const std::vector<command>& questions, std::vector<reply>& replies, steady_time until,
        std::chrono::steady_clock::duration limit);
    void failed(boost::system::error_code why, std::string_view word);
    void pause();
    void say(std::string_view what, std::string_view why) const;
    void look_at(const std::vector<reply>& replies);

    redis_dialing with_;
    std::function<double()> random_;
    on_change say_;
    std::optional<sentinels> sentinels_;
    std::unique_ptr<net::dialer> dialer_;  // to server_
    std::unique_ptr<redis_connection> connection_;
    redis_host server_;
    std::string run_id_;
    std::string word_;  // of the last refusal
    backoff backoff_;
    steady_time again_at_;
    boost::system::error_code last_failure_;
    bool is_to_leave_ = false;
    bool is_asking_ = false;
    bool has_answered_ = false;  // since it was connected
    link_figures figures_;
};

}  // namespace tickertape::relay
