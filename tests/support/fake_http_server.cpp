#include "support/fake_http_server.hpp"

#include "asio/no_throw.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/completion_condition.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <list>

namespace tickertape::testing {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

reply json_reply(const std::string& body, int status)
{
    return {
        "HTTP/1.1 " + std::to_string(status) +
        " Something\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body};
}

namespace {

std::size_t body_bytes(const std::string& head)
{
    static const std::string name = "\r\nContent-Length: ";
    const auto at = head.find(name);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

}  // namespace

struct fake_http_server::impl : std::enable_shared_from_this<impl> {
    impl(asio::io_context& io, std::optional<tls_identity> identity, answer_function answers)
        : acceptor{io, tcp::endpoint{asio::ip::address_v4::loopback(), 0}}, answer{
                                                                                std::move(answers)}
    {
        if (!identity)
            return;
        tls.emplace(asio::ssl::context::tls_server);
        tls->use_certificate_chain(asio::buffer(identity->certificate));
        tls->use_private_key(asio::buffer(identity->key), asio::ssl::context::pem);
    }

    asio::awaitable<void> accept()
    {
        const auto self = shared_from_this();
        while (acceptor.is_open()) {
            auto [ec, socket] = co_await acceptor.async_accept(no_throw);
            if (ec)
                break;
            ++connections;
            if (tls)
                asio::co_spawn(
                    acceptor.get_executor(), serve_tls(std::move(socket)), asio::detached);
            else
                asio::co_spawn(
                    acceptor.get_executor(), serve_plain(std::move(socket)), asio::detached);
        }
    }

    asio::awaitable<void> serve_plain(tcp::socket socket)
    {
        const auto self = shared_from_this();
        const auto place = open.insert(open.end(), &socket);
        co_await serve(socket);
        open.erase(place);
    }

    asio::awaitable<void> serve_tls(tcp::socket socket)
    {
        const auto self = shared_from_this();
        asio::ssl::stream<tcp::socket> stream{std::move(socket), *tls};
        const auto place = open.insert(open.end(), &stream.next_layer());
        if (is_hanging) {
            co_await hang(stream.next_layer());
        } else {
            const auto [ec] =
                co_await stream.async_handshake(asio::ssl::stream_base::server, no_throw);
            if (!ec)
                co_await serve(stream);
        }
        open.erase(place);
    }

    template <class Stream>
    asio::awaitable<void> serve(Stream& stream)
    {
        std::string pending;
        for (;;) {
            const auto [ec, size] = co_await asio::async_read_until(
                stream, asio::dynamic_buffer(pending), "\r\n\r\n", no_throw);
            if (ec)
                co_return;
            const auto whole = size + body_bytes(pending.substr(0, size));
            if (pending.size() < whole) {
                const auto [cut, more] = co_await asio::async_read(
                    stream, asio::dynamic_buffer(pending),
                    asio::transfer_exactly(whole - pending.size()), no_throw);
                if (cut)
                    co_return;
            }
            requests.push_back(pending.substr(0, whole));
            pending.erase(0, whole);
            const auto say = answer(requests.back());
            if (!co_await send(stream, say))
                co_return;
            if (say.then == afterwards::hang)
                co_await hang(socket_of(stream));
            if (say.then != afterwards::keep_open)
                co_return;
        }
    }

    template <class Stream>
    asio::awaitable<bool> send(Stream& stream, const reply& say)
    {
        if (!say.is_dripping) {
            const auto [ec, size] =
                co_await asio::async_write(stream, asio::buffer(say.bytes), no_throw);
            co_return !ec;
        }
        asio::steady_timer timer{acceptor.get_executor()};
        for (const char& byte : say.bytes) {
            const auto [ec, size] =
                co_await asio::async_write(stream, asio::buffer(&byte, 1), no_throw);
            if (ec)
                co_return false;
            timer.expires_after(std::chrono::milliseconds{10});
            co_await timer.async_wait(no_throw);
        }
        co_return true;
    }

    static tcp::socket& socket_of(tcp::socket& plain) { return plain; }
    static tcp::socket& socket_of(asio::ssl::stream<tcp::socket>& tls_stream)
    {
        return tls_stream.next_layer();
    }

    // Until the other side closes, or we are stopped.
    asio::awaitable<void> hang(tcp::socket& socket)
    {
        char ignored[1024];
        for (;;) {
            const auto [ec, size] =
                co_await socket.async_read_some(asio::buffer(ignored), no_throw);
            if (ec)
                co_return;
        }
    }

    void drop()
    {
        for (auto* socket : open) {
            boost::system::error_code ignored;
            socket->shutdown(tcp::socket::shutdown_both, ignored);
            socket->close(ignored);
        }
    }

    tcp::acceptor acceptor;
    answer_function answer;
    std::optional<asio::ssl::context> tls;
    std::list<tcp::socket*> open;
    std::size_t connections = 0;
    std::vector<std::string> requests;
    bool is_hanging = false;
};

fake_http_server::fake_http_server(
    asio::io_context& io, std::optional<tls_identity> identity, answer_function answer)
    : impl_{std::make_shared<impl>(io, std::move(identity), std::move(answer))}
{
    asio::co_spawn(io, impl_->accept(), asio::detached);
}

fake_http_server::~fake_http_server()
{
    stop();
}

std::string fake_http_server::port() const
{
    return std::to_string(impl_->acceptor.local_endpoint().port());
}

void fake_http_server::hang_before_handshake()
{
    impl_->is_hanging = true;
}
void fake_http_server::drop_connections()
{
    impl_->drop();
}

void fake_http_server::stop()
{
    boost::system::error_code ignored;
    impl_->acceptor.close(ignored);
    impl_->drop();
}

std::size_t fake_http_server::connections() const
{
    return impl_->connections;
}
const std::vector<std::string>& fake_http_server::requests() const
{
    return impl_->requests;
}

}  // namespace tickertape::testing
