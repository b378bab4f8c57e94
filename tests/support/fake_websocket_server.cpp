#include "support/fake_websocket_server.hpp"

#include "asio/no_throw.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <list>

namespace tickertape::testing {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

// RFC 6455, 4.2.2: the proof that we have read the key.
std::string accept_of(const std::string& request)
{
    constexpr std::string_view name = "Sec-WebSocket-Key: ";
    const auto at = request.find(name) + name.size();
    const auto key =
        request.substr(at, request.find("\r\n", at) - at) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    ::SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest);
    unsigned char text[4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1];
    ::EVP_EncodeBlock(text, digest, SHA_DIGEST_LENGTH);
    return reinterpret_cast<const char*>(text);
}

}  // namespace

std::string frame(std::uint8_t op, std::string_view payload, bool is_last)
{
    std::string bytes(1, static_cast<char>((is_last ? 0x80 : 0) | op));
    const auto size = payload.size();
    const int size_bytes = size < 126 ? 0 : size < 65'536 ? 2 : 8;
    bytes += static_cast<char>(size_bytes == 0 ? size : size_bytes == 2 ? 126U : 127U);
    for (int i = size_bytes - 1; i >= 0; --i)
        bytes += static_cast<char>((size >> (8 * i)) & 0xff);
    bytes += payload;
    return bytes;
}

std::string text_frame(std::string_view payload)
{
    return frame(opcode::text, payload);
}

std::string close_frame(std::uint16_t code, std::string_view reason)
{
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    payload += reason;
    return frame(opcode::close, payload);
}

struct fake_websocket_server::impl : std::enable_shared_from_this<impl> {
    impl(asio::io_context& io, std::optional<tls_identity> identity, script plays)
        : acceptor{io, tcp::endpoint{asio::ip::address_v4::loopback(), 0}}, play{std::move(plays)}
    {
        if (!identity)
            return;
        tls.emplace(asio::ssl::context::tls_server);
        tls->use_certificate_chain(asio::buffer(identity->certificate));
        tls->use_private_key(asio::buffer(identity->key), asio::ssl::context::pem);
    }

    asio::awaitable<void> accept();

    void drop()
    {
        for (auto* socket : open) {
            error_code ignored;
            socket->shutdown(tcp::socket::shutdown_both, ignored);
            socket->close(ignored);
        }
    }

    tcp::acceptor acceptor;
    script play;
    std::optional<asio::ssl::context> tls;
    std::list<tcp::socket*> open;
    std::size_t connections = 0;
    std::vector<std::string> requests;
    std::vector<std::string> heard;
    std::vector<std::string> pongs;
    std::vector<std::string> goodbyes;
    bool is_hanging = false;
};

struct fake_websocket_server::peer final : websocket_peer {
    peer(std::shared_ptr<impl> server, tcp::socket socket)
        : of{std::move(server)}, plain{std::move(socket)}, which{of->connections++}
    {
        plain.set_option(tcp::no_delay{true});
        if (of->tls)
            tls.emplace(plain, *of->tls);
    }

    static asio::awaitable<void> run(std::shared_ptr<peer> self)
    {
        const auto place = self->of->open.insert(self->of->open.end(), &self->plain);
        if (self->of->is_hanging)
            co_await self->hang_plain();
        else if (co_await self->begin())
            co_await self->of->play(*self);
        self->of->open.erase(place);
    }

    asio::awaitable<bool> begin()
    {
        if (tls) {
            const auto [ec] =
                co_await tls->async_handshake(asio::ssl::stream_base::server, no_throw);
            if (ec)
                co_return false;
        }
        while (pending.find("\r\n\r\n") == std::string::npos)
            if (!co_await more())
                co_return false;
        const auto size = pending.find("\r\n\r\n") + 4;
        request = pending.substr(0, size);
        pending.erase(0, size);
        of->requests.push_back(request);
        co_return true;
    }

    std::size_t number() const override { return which; }

    asio::awaitable<bool> accept(std::string header_lines, std::string and_then) override
    {
        return send(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: " +
            accept_of(request) + "\r\n" + header_lines + "\r\n" + and_then);
    }

    asio::awaitable<bool> send(std::string bytes) override
    {
        error_code result;
        if (tls) {
            const auto [ec, n] = co_await asio::async_write(*tls, asio::buffer(bytes), no_throw);
            result = ec;
        } else {
            const auto [ec, n] = co_await asio::async_write(plain, asio::buffer(bytes), no_throw);
            result = ec;
        }
        co_return !result;
    }

    asio::awaitable<bool> more()
    {
        char bytes[4096];
        error_code result;
        std::size_t count = 0;
        if (tls) {
            const auto [ec, n] = co_await tls->async_read_some(asio::buffer(bytes), no_throw);
            result = ec;
            count = n;
        } else {
            const auto [ec, n] = co_await plain.async_read_some(asio::buffer(bytes), no_throw);
            result = ec;
            count = n;
        }
        pending.append(bytes, count);
        co_return !result;
    }

    // The next frame of the client: its opcode and its payload, unmasked. Our clients send whole
    // messages of less than 64 KiB.
    asio::awaitable<std::optional<std::pair<int, std::string>>> next()
    {
        const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(pending[i]); };
        for (;;) {
            const std::size_t header = pending.size() >= 2 && (byte(1) & 0x7f) == 126 ? 8 : 6;
            if (pending.size() >= header) {
                const std::size_t size =
                    header == 8 ? byte(2) * 256U + byte(3) : std::size_t{byte(1)} & 0x7fU;
                if (pending.size() >= header + size) {
                    std::string payload = pending.substr(header, size);
                    for (std::size_t i = 0; i < size; ++i)
                        payload[i] = static_cast<char>(payload[i] ^ pending[header - 4 + i % 4]);
                    const int op = byte(0) & 0x0f;
                    pending.erase(0, header + size);
                    co_return std::pair{op, std::move(payload)};
                }
            }
            if (!co_await more())
                co_return std::nullopt;
        }
    }

    asio::awaitable<std::optional<std::string>> hear() override
    {
        for (;;) {
            auto got = co_await next();
            if (!got)
                co_return std::nullopt;
            if (got->first == opcode::text) {
                of->heard.push_back(got->second);
                co_return std::move(got->second);
            }
            note(*got);
            if (got->first == opcode::close) {
                co_await send(frame(opcode::close, got->second));
                co_return std::nullopt;
            }
        }
    }

    void note(const std::pair<int, std::string>& got)
    {
        if (got.first == 0xA)
            of->pongs.push_back(got.second);
        if (got.first == opcode::close)
            of->goodbyes.push_back(got.second);
        if (got.first == opcode::text)
            of->heard.push_back(got.second);
    }

    asio::awaitable<void> hang() override
    {
        for (;;) {
            const auto got = co_await next();
            if (!got)
                co_return;
            note(*got);
        }
    }

    asio::awaitable<void> hang_plain()
    {
        char ignored[1024];
        for (;;) {
            const auto [ec, n] = co_await plain.async_read_some(asio::buffer(ignored), no_throw);
            if (ec)
                co_return;
        }
    }

    asio::awaitable<void> pause(std::chrono::milliseconds time) override
    {
        asio::steady_timer timer{plain.get_executor(), time};
        co_await timer.async_wait(no_throw);
    }

    std::shared_ptr<impl> of;
    tcp::socket plain;
    std::optional<asio::ssl::stream<tcp::socket&>> tls;
    std::size_t which;
    std::string request;
    std::string pending;
};

asio::awaitable<void> fake_websocket_server::impl::accept()
{
    const auto self = shared_from_this();
    while (acceptor.is_open()) {
        auto [ec, socket] = co_await acceptor.async_accept(no_throw);
        if (ec)
            break;
        auto one = std::make_shared<peer>(self, std::move(socket));
        asio::co_spawn(acceptor.get_executor(), peer::run(std::move(one)), asio::detached);
    }
}

fake_websocket_server::fake_websocket_server(
    asio::io_context& io, std::optional<tls_identity> identity, script plays)
    : impl_{std::make_shared<impl>(io, std::move(identity), std::move(plays))}
{
    asio::co_spawn(io, impl_->accept(), asio::detached);
}

fake_websocket_server::~fake_websocket_server()
{
    stop();
}

std::string fake_websocket_server::port() const
{
    return std::to_string(impl_->acceptor.local_endpoint().port());
}

void fake_websocket_server::hang_before_handshake()
{
    impl_->is_hanging = true;
}

void fake_websocket_server::stop()
{
    error_code ignored;
    impl_->acceptor.close(ignored);
    impl_->drop();
}

std::size_t fake_websocket_server::connections() const
{
    return impl_->connections;
}
std::size_t fake_websocket_server::open_connections() const
{
    return impl_->open.size();
}
const std::vector<std::string>& fake_websocket_server::requests() const
{
    return impl_->requests;
}
const std::vector<std::string>& fake_websocket_server::heard() const
{
    return impl_->heard;
}
const std::vector<std::string>& fake_websocket_server::pongs() const
{
    return impl_->pongs;
}
const std::vector<std::string>& fake_websocket_server::goodbyes() const
{
    return impl_->goodbyes;
}

}  // namespace tickertape::testing
