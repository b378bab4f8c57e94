#include "http/connection.hpp"

#include "asio/no_throw.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace tickertape::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

connection::connection(tcp::socket socket, const tls::tls_context* tls)
    : socket_{std::move(socket)}, tls_{
                                      tls == nullptr ? nullptr
                                                     : std::make_unique<tls::tls_session>(
                                                           *tls, socket_.native_handle())}
{
}

asio::awaitable<std::optional<connection::handshake_failure>>
connection::handshake(handshake_queue& turns, const deadline& limit)
{
    using progress = tls::tls_session::progress;
    const auto broken = [&](error_code why) {
        return handshake_failure{
            limit.passed() ? tls::tls_failure::slow : tls::tls_failure::closed, why.message()};
    };
    for (bool has_begun = false;; has_begun = true) {
        auto [failed] = co_await socket_.async_wait(tcp::socket::wait_read, no_throw);
        if (failed)
            co_return broken(failed);
        auto now = progress::wants_input;
        {
            const auto mine = co_await turns.take(has_begun);
            // The client or its time may have gone while it waited for its turn.
            if (limit.passed() || !socket_.is_open())
                co_return broken(asio::error::operation_aborted);
            now = tls_->handshake();
        }
        // Also after a failure: it says why.
        if (const auto gone = co_await flush())
            co_return broken(gone);
        if (now == progress::failed)
            co_return handshake_failure{tls_->failure(), tls_->cause()};
        if (now == progress::done)
            co_return std::nullopt;
    }
}

asio::awaitable<connection::received> connection::read_some(asio::mutable_buffer into)
{
    if (!tls_)
        co_return co_await discard_some(into);
    using progress = tls::tls_session::progress;
    for (;;) {
        if (!socket_.is_open())
            co_return received{asio::error::operation_aborted, 0};
        const auto got = tls_->read({static_cast<char*>(into.data()), into.size()});
        if (got.what == progress::done)
            co_return received{{}, got.bytes};
        if (got.what == progress::ended)
            co_return received{asio::error::eof, 0};
        if (got.what == progress::failed)
            co_return received{asio::error::connection_reset, 0};
        // TLS itself answers some of what a peer sends.
        if (const auto gone = co_await flush())
            co_return received{gone, 0};
        auto [failed] = co_await socket_.async_wait(tcp::socket::wait_read, no_throw);
        if (failed)
            co_return received{failed, 0};
    }
}

asio::awaitable<connection::received> connection::discard_some(asio::mutable_buffer into)
{
    auto [failed, bytes] = co_await socket_.async_read_some(into, no_throw);
    co_return received{failed, bytes};
}

asio::awaitable<error_code> connection::write(std::string_view first, std::string_view second)
{
    if (!tls_) {
        const std::array<asio::const_buffer, 2> parts{asio::buffer(first), asio::buffer(second)};
        auto [failed, bytes] = co_await asio::async_write(socket_, parts, no_throw);
        co_return failed;
    }
    // Bytes that have arrived are read, and answered, without waiting for anything. Without this
    // post, a peer that always has another request would keep its lane busy.
    co_await asio::post(socket_.get_executor(), asio::use_awaitable);
    // The head goes with the first of the body, as it does in the clear.
    if (!socket_.is_open() || !tls_->write(first) || !tls_->write(second))
        co_return asio::error::connection_reset;
    co_return co_await flush();
}

asio::awaitable<error_code> connection::flush()
{
    using flushed = tls::tls_session::flushed;
    for (;;) {
        // The descriptor may belong to another connection by now.
        if (!socket_.is_open())
            co_return asio::error::operation_aborted;
        const auto what = tls_->flush();
        if (what == flushed::all)
            co_return error_code{};
        if (what == flushed::gone)
            co_return asio::error::connection_reset;
        auto [failed] = co_await socket_.async_wait(tcp::socket::wait_write, no_throw);
        if (failed)
            co_return failed;
    }
}

void connection::shutdown_send()
{
    if (tls_) {
        tls_->say_goodbye();
        // Where the kernel has no room for it, the peer is not reading.
        tls_->flush();
    }
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

bool connection::has_input() const
{
    error_code unknown;
    return (tls_ && tls_->has_input()) || socket_.available(unknown) > 0;
}

void connection::close()
{
    error_code ignored;
    socket_.close(ignored);
}

void connection::reset()
{
    error_code ignored;
    socket_.set_option(tcp::socket::linger{true, 0}, ignored);
    socket_.close(ignored);
}

bool connection::has_unsent()
{
    int bytes = 0;
    return ::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) == 0 && bytes > 0;
}

released_socket connection::release()
{
    auto writer = tls_ ? tls_->release() : nullptr;
    if (tls_ && !writer)
        return {};
    tls_.reset();
    error_code failed;
    const int descriptor = socket_.release(failed);
    if (failed)
        return {};
    return released_socket{descriptor, std::move(writer)};
}

}  // namespace tickertape::http
