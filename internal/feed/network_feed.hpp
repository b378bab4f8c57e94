// Asks mempool.space for Bitcoin's network, or blockchain.info and blockchair where that fails, and
// posts what follows: every network_feed interval while somebody reads it, and rarely while nobody
// does.
//
// Each figure keeps its source and its time: one that a source no longer gives stays, and grows
// old. The next time the first source is asked first again.
//
// Threads: the strand of the providers' gates; start() and stop() on any.
#pragma once

#include "core/clock.hpp"
#include "core/tally.hpp"
#include "feed/feed.hpp"
#include "feed/gated_client.hpp"
#include "feed/kept_figures.hpp"
#include "feed/market_feed.hpp"
#include "feed/rounds.hpp"
#include "market/chain_trust.hpp"
#include "market/network_api.hpp"
#include "market/network_board.hpp"
#include "market/schedule.hpp"
#include "provider/gates.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::feed {

class network_feed final : public kept_figures {
public:
    // Everything outlives it.
    struct parts {
        feed_context::strand_type strand;
        const clock& time;
        const telemetry::logger& log;
        telemetry::metrics& figures;
    };

    // All are given, but perhaps the last.
    struct sources {
        std::unique_ptr<gated_client> mempool;
        std::unique_ptr<gated_client> blockchain;
        std::unique_ptr<gated_client> blockchair{};
    };

    network_feed(const parts& of, market::cadence rhythm, sources asked);
    // It is destroyed only once the io_context has run out of its work, or before start().

    // For those who show the figures. It lives as long as this.
    market::network_board& board() noexcept { return board_; }

    void start();
    // While it stands by it asks nobody, and shows what it is given.
    void stand_by(bool stands_by);
    // Cancels what is under way. Soon after, the io_context has no work of this left.
    void stop();

    // As kept_figures says.
    std::string_view name() const noexcept override { return "network"; }
    std::uint64_t changes() const noexcept override { return changes_; }
    std::string write() const override;
    std::optional<fetch_error> take(std::string_view text) override;
    bool is_read_here(boot_time now) const override { return board_.is_read_here(now); }
    void note_reader_elsewhere(boot_time now) override { board_.note_reader_elsewhere(now); }

private:
    using read_function = gated_client::read_function;

    // Whether it succeeded.
    boost::asio::awaitable<bool> fetch();
    // Whether the source gave a chain.
    boost::asio::awaitable<bool> fetch_mempool_chain();
    boost::asio::awaitable<bool> fetch_blockchain_chain();
    boost::asio::awaitable<bool> fetch_blockchair_chain();
    gated_client& client_of(std::string_view source) const;
    boost::asio::awaitable<std::optional<market::block>> fetch_block(std::int64_t height);
    boost::asio::awaitable<void> fetch_extras();
    // Whether the source gave what `read` took; a failure is logged.
    boost::asio::awaitable<bool>
    ask(std::string_view source, std::string_view what, gated_client::request_function request,
        read_function read);
    // Why the chain of an answer is not believed. Called once for each answer: what is not
    // believed is remembered.
    std::optional<fetch_error> refused(const market::chain& said, std::string_view source);
    template <class T>
    market::said<T> now_said(T what, std::string_view by) const;
    void post();
    void failed(std::string_view source, std::string_view what, const fetch_error& why);
    void publish_figures();

    const parts with_;
    const std::chrono::milliseconds stale_after_;
    market::network_board board_;
    const sources sources_;
    market::network_parts known_;
    market::chain_trust trust_;
    std::string_view source_{};  // of the newest chain
    std::string said_;           // failures that were logged since the last round without any
    std::uint64_t changes_ = 0;
    rounds rounds_;
    tally answers_;
    tally failures_;
    tally withheld_;
    tally rows_left_out_;
};

// Of one answer. Fifteen blocks of mempool.space are some 60 KB.
inline constexpr std::size_t network_bytes_max = 1024 * 1024;
// How often the network is asked for, in times that tables are.
inline constexpr int intervals_of_network = 2;

// All of `of`, `gates` and `trust` outlive it. Throws std::runtime_error, one line, if another
// limit is in use for one of the sources.
std::unique_ptr<network_feed> make_network_feed(
    const market_choice& wanted, const network_feed::parts& of, provider::gates& gates,
    boost::asio::ssl::context& trust);

}  // namespace tickertape::feed
