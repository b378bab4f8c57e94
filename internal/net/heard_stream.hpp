// The transport below Beast's WebSocket: a connection of ours that remembers when it last received
// a byte. Beast answers pings without telling its caller, so only the layer below it sees them.
//
// While the upgrade is under way it also keeps the bytes received, up to a limit, so that a refusal
// can be reported even if its body never ends.
//
// Threads: one strand.
#pragma once

#include "asio/no_throw.hpp"
#include "net/byte_stream.hpp"
#include "net/errors.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

namespace tickertape::net {

class heard_stream {
public:
    using executor_type = asio::any_io_executor;

    explicit heard_stream(std::unique_ptr<byte_stream> under) noexcept
        : under_{std::move(under)}, heard_{std::chrono::steady_clock::now()}
    {
    }

    executor_type get_executor() noexcept { return under_->socket().get_executor(); }

    std::chrono::steady_clock::time_point heard() const noexcept { return heard_; }

    // Keeps the bytes received from now on; more than `bytes_max` is net_errc::body_too_large.
    void keep(std::size_t bytes_max) noexcept { keep_max_ = bytes_max; }
    // Returns the bytes kept, and stops keeping them.
    std::string kept() noexcept
    {
        keep_max_ = 0;
        return std::move(kept_);
    }

    // Ends whatever is under way.
    void shut() noexcept
    {
        boost::system::error_code ignored;
        under_->socket().close(ignored);
    }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& into, Token&& token)
    {
        return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const auto& buffers) {
                this->start_read(buffers, std::move(handler));
            },
            token, into);
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& from, Token&& token)
    {
        return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const auto& buffers) {
                if (auto* const tls = under_->tls())
                    tls->async_write_some(buffers, std::move(handler));
                else
                    under_->socket().async_write_some(buffers, std::move(handler));
            },
            token, from);
    }

    // Wraps the handler of a read, so that this stream notes the bytes first.
    template <class Handler>
    struct noting {
        Handler handler;
        heard_stream* by;
        asio::mutable_buffer into;  // of what is kept only

        void operator()(boost::system::error_code ec, std::size_t count)
        {
            if (count > 0)
                by->note(into, count);
            std::move(handler)(ec, count);
        }
    };

private:
    // Beast has room for little more than one such piece beyond the answer to the upgrade, if that
    // is long, and gives up on a peer that says more than that at once.
    static constexpr std::size_t kept_piece = 512;

    template <class Buffers, class Handler>
    void start_read(const Buffers& buffers, Handler handler)
    {
        if (keep_max_ == 0)
            return start_read_of(buffers, asio::mutable_buffer{}, std::move(handler));
        if (kept_.size() >= keep_max_) {
            // Asio requires that a handler is not called from the function that started it.
            asio::post(
                get_executor(),
                boost::beast::bind_front_handler(
                    std::move(handler), make_error_code(net_errc::body_too_large), std::size_t{0}));
            return;
        }
        const asio::mutable_buffer first = *asio::buffer_sequence_begin(buffers);
        const auto piece = asio::buffer(first, std::min(kept_piece, keep_max_ - kept_.size()));
        start_read_of(piece, piece, std::move(handler));
    }

    template <class Buffers, class Handler>
    void start_read_of(const Buffers& buffers, asio::mutable_buffer kept, Handler handler)
    {
        noting<Handler> noted{std::move(handler), this, kept};
        if (auto* const tls = under_->tls())
            tls->async_read_some(buffers, std::move(noted));
        else
            under_->socket().async_read_some(buffers, std::move(noted));
    }

    void note(asio::mutable_buffer into, std::size_t count)
    {
        heard_ = std::chrono::steady_clock::now();
        if (into.size() > 0)
            kept_.append(static_cast<const char*>(into.data()), count);
    }

    std::unique_ptr<byte_stream> under_;
    std::chrono::steady_clock::time_point heard_;
    std::size_t keep_max_ = 0;
    std::string kept_;
};

// Beast calls these to close its transport. After both goodbyes there is nothing to wait for.
inline void beast_close_socket(heard_stream& s)
{
    s.shut();
}
inline void teardown(boost::beast::role_type, heard_stream& s, boost::system::error_code& ec)
{
    s.shut();
    ec = {};
}
template <class Handler>
void async_teardown(boost::beast::role_type, heard_stream& s, Handler&& handler)
{
    s.shut();
    asio::post(
        s.get_executor(), boost::beast::bind_front_handler(
                              std::forward<Handler>(handler), boost::system::error_code{}));
}

}  // namespace tickertape::net

// The handler's own executor, allocator and cancellation slot are those of the read.
template <template <class, class> class Associator, class Handler, class Default>
struct boost::asio::associator<Associator, tickertape::net::heard_stream::noting<Handler>, Default>
    : Associator<Handler, Default> {
    static auto get(const tickertape::net::heard_stream::noting<Handler>& h) noexcept
    {
        return Associator<Handler, Default>::get(h.handler);
    }
    static auto
    get(const tickertape::net::heard_stream::noting<Handler>& h, const Default& d) noexcept
    {
        return Associator<Handler, Default>::get(h.handler, d);
    }
};
