// One venue on the network: a port with TLS, REST answers and sockets, and the faults of both.
//
// Threads: that of the io_context, which is one. The port outlives the io_context's work: stop()
// and then run until there is none.
#pragma once

#include "support/fake_venue/http_text.hpp"
#include "support/fake_venue/socket_session.hpp"
#include "support/tls_authority.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <list>

namespace fake_venue {

// Who a venue says it is: the truth and three lies. All for "localhost" and 127.0.0.1, but one.
class certificates {
public:
    certificates();

    boost::asio::ssl::context& for_fault(fault_kind how);
    const std::string& ca_file() const { return authority_.ca_file(); }

private:
    static boost::asio::ssl::context serving(const tickertape::testing::tls_identity& as);

    tickertape::testing::tls_authority authority_;
    tickertape::testing::tls_authority stranger_;
    boost::asio::ssl::context honest_;
    boost::asio::ssl::context strange_;
    boost::asio::ssl::context elsewhere_;
    boost::asio::ssl::context expired_;
};

class venue_port {
public:
    venue_port(boost::asio::io_context& io, certificates& identities, venue_state state);

    unsigned short port() const noexcept { return endpoint_.port(); }
    venue_state& state() noexcept { return state_; }
    void misbehave(fault how);
    void stop();

private:
    class registered;

    void listen();
    // Resets all connections.
    void cut();
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket accepted);
    boost::asio::awaitable<void> serve_requests(tls_stream& stream);
    boost::asio::awaitable<void>
    serve_socket(tls_stream& stream, const http_request& upgrade, std::string early);
    // Whether the connection goes on.
    boost::asio::awaitable<bool> deliver(tls_stream& stream, const http_answer& answer);
    boost::asio::awaitable<void> drip(tls_stream& stream, std::string bytes);
    boost::asio::awaitable<void> pour(tls_stream& stream, std::size_t bytes);
    // The status the fault answers any request with. None: it does not.
    std::optional<http_answer> refusal(bool to_socket) const;
    const fault& how() const { return state_.shows->misbehaviour(); }

    certificates& identities_;
    venue_state state_;
    boost::asio::ip::tcp::endpoint endpoint_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::list<boost::asio::ip::tcp::socket*> open_;
};

}  // namespace fake_venue
