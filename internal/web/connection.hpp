// What a session reads its requests from and writes its answers to: a socket, as it is or through
// TLS.
//
// Threads: those of the socket's executor. One read and one write at a time.
#pragma once

#include "hub/socket.hpp"
#include "tls/tls_session.hpp"
#include "web/deadline.hpp"
#include "web/handshake_turns.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace tickertape {

class connection {
public:
    struct received {
        boost::system::error_code failed;
        std::size_t bytes;
    };
    // Why a handshake came to nothing, and that in the words of whoever found out.
    struct handshake_failure {
        tls_failure why;
        std::string cause;
    };

    // Encrypted where there is a context, which is looked at here only.
    connection(boost::asio::ip::tcp::socket socket, const tls_context* tls);

    bool is_encrypted() const noexcept { return tls_ != nullptr; }
    // Where it is encrypted, this comes before everything else. `limit` has been armed.
    boost::asio::awaitable<std::optional<handshake_failure>>
    handshake(handshake_turns& turns, const deadline& limit);
    // Whether the handshake was that of a client that had been here before.
    bool is_resumed() const noexcept { return tls_ != nullptr && tls_->is_resumed(); }
    // From now on as it is: for a peer that does not speak TLS.
    void give_up_encryption() noexcept { tls_.reset(); }

    // Waits for bytes and takes some of them. Fails where the peer has sent its last.
    boost::asio::awaitable<received> read_some(boost::asio::mutable_buffer into);
    // Likewise, but nobody will look at them: they may still be encrypted.
    boost::asio::awaitable<received> discard_some(boost::asio::mutable_buffer into);
    // Sends `first` and then `second`; both outlive it. Where it is encrypted, that is done at
    // once: who has much to send gives it in pieces.
    boost::asio::awaitable<boost::system::error_code>
    write(std::string_view first, std::string_view second = {});
    // Says that nothing more will be sent; what was sent still arrives.
    void shutdown_send();
    // Whether there is something to read that nobody has looked at.
    bool has_input() const;
    bool is_open() const { return socket_.is_open(); }
    void close();
    // Closes, and what the peer has not taken by now is lost: the kernel would keep it for minutes.
    void reset();
    // Whether there is something that the peer has not taken.
    bool has_unsent();

    // Gives the connection to a lane, once nothing of ours reads or writes any more. Not open:
    // it is of no use any more.
    stream_socket release_to_stream();

    // For deadlines, and to ask who the peer is.
    boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }

private:
    boost::asio::awaitable<boost::system::error_code> flush();

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<tls_session> tls_;  // null: as it is
};

}  // namespace tickertape
