// One client's WebSocket at a venue, from the upgrade to the end.
//
// Threads: one.
#pragma once

#include "support/fake_venue/counts.hpp"
#include "support/fake_venue/frames.hpp"
#include "support/fake_venue/playback.hpp"
#include "support/fake_venue/venue.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

namespace fake_venue {

using tls_stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

// What all connections to one venue share.
struct venue_state {
    std::unique_ptr<venue> shows;
    double messages_per_second = 5;  // of each subscription
    venue_counts counts{};
    std::unique_ptr<playback> playing{};  // instead of the market; null: the market
};

class socket_session : private message_sink {
public:
    // All outlive the session.
    socket_session(tls_stream& stream, venue_state& state, std::unique_ptr<venue_socket> protocol);
    ~socket_session() override;

    // `early`: what the client said behind its upgrade. Ends with the connection.
    boost::asio::awaitable<void> run(std::string early);

private:
    using clock = std::chrono::steady_clock;

    void send(std::string_view text) override;
    void subscribe_seen() override { ++state_.counts.subscribes; }

    boost::asio::awaitable<void> read();
    boost::asio::awaitable<void> write();
    // After the last write: the client's close is waited for, for a while.
    boost::asio::awaitable<void> linger();
    boost::asio::awaitable<void> shut_down();
    void hear(const client_message& said);
    // Appends to out_ what is due.
    void produce(clock::time_point now);
    void produce_quotes(clock::time_point now);
    void play(std::size_t count);
    void send_quotes(std::size_t count);
    void misbehave(clock::time_point now);
    void send_garbage(std::string_view form);
    bool has_passed(clock::time_point& since, clock::duration period, clock::time_point now);
    const fault& how() const { return state_.shows->misbehaviour(); }

    tls_stream& stream_;
    venue_state& state_;
    std::unique_ptr<venue_socket> protocol_;
    boost::asio::steady_timer wake_;
    frame_reader reader_;
    std::string out_;
    enum class ending { none, abrupt, asked, answered };
    // asked: our close frame is out, or in out_; answered: and theirs has come.
    ending ends_ = ending::none;
    clock::time_point opened_at_ = clock::now();
    clock::time_point second_ = opened_at_;
    clock::time_point tenth_ = opened_at_;
    clock::time_point pinged_ = opened_at_;
    clock::time_point quoted_ = opened_at_;
    double due_ = 0;
    std::size_t next_quote_ = 0;
};

}  // namespace fake_venue
