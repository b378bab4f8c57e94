#include "http/bind.hpp"

#include <boost/asio/ip/v6_only.hpp>

#include <stdexcept>
#include <sys/socket.h>

namespace tickertape::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Asio has no public name for this option.
class reuse_port {
public:
    template <class Protocol>
    int level(const Protocol&) const noexcept
    {
        return SOL_SOCKET;
    }
    template <class Protocol>
    int name(const Protocol&) const noexcept
    {
        return SO_REUSEPORT;
    }
    template <class Protocol>
    const int* data(const Protocol&) const noexcept
    {
        return &on_;
    }
    template <class Protocol>
    std::size_t size(const Protocol&) const noexcept
    {
        return sizeof on_;
    }

private:
    int on_ = 1;
};

void prepare(tcp::acceptor& a, const tcp::endpoint& at)
{
    a.open(at.protocol());
    a.set_option(tcp::acceptor::reuse_address{true});
    if (at.address().is_v6())
        a.set_option(asio::ip::v6_only{false});
}

}  // namespace

tcp::endpoint checked_endpoint(const std::string& address, std::uint16_t port)
{
    boost::system::error_code failed;
    const auto where = asio::ip::make_address(address, failed);
    if (failed)
        throw std::runtime_error{"LISTEN_ADDRESS: '" + address + "' is not an IP address"};
    try {
        tcp::endpoint at{where, port};
        asio::io_context unused;
        tcp::acceptor probe{unused};
        prepare(probe, at);
        probe.bind(at);
        probe.listen();
        return at;
    } catch (const boost::system::system_error& e) {
        throw std::runtime_error{
            "cannot listen on " + address + " port " + std::to_string(port) + ": " +
            e.code().message()};
    }
}

tcp::acceptor
listen(asio::io_context& on, const tcp::endpoint& at, int backlog, int send_buffer_bytes)
{
    tcp::acceptor a{on};
    prepare(a, at);
    a.set_option(reuse_port{});
    // A connection has these from its listener. The kernel must not keep the end of an answer that
    // goes out in pieces until the peer has acknowledged the piece before, which takes it 40 ms.
    a.set_option(tcp::acceptor::send_buffer_size{send_buffer_bytes});
    a.set_option(tcp::no_delay{true});
    a.bind(at);
    a.listen(backlog);
    a.non_blocking(true);
    return a;
}

}  // namespace tickertape::http
