// A socket, in the clear or through TLS: a session reads its requests from it and writes its
// answers to it.
//
// Threads: those of the socket's executor. One read and one write at a time.
#pragma once

#include "http/deadline.hpp"
#include "http/handshake_queue.hpp"
#include "http/released_socket.hpp"
#include "tls/tls_session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace tickertape::http {

class connection {
public:
    struct received {
        boost::system::error_code failed;
        std::size_t bytes;
    };
    // Why a handshake failed, as a reason and in words.
    struct handshake_failure {
        tls::tls_failure why;
        std::string cause;
    };

    // Encrypted if there is a context, which is used in the constructor only.
    connection(boost::asio::ip::tcp::socket socket, const tls::tls_context* tls);

    bool is_encrypted() const noexcept { return tls_ != nullptr; }
    // Comes before everything else if the connection is encrypted. `limit` has been armed.
    boost::asio::awaitable<std::optional<handshake_failure>>
    handshake(handshake_queue& turns, const deadline& limit);
    // Whether the handshake resumed an earlier TLS session.
    bool is_resumed() const noexcept { return tls_ != nullptr && tls_->is_resumed(); }
    // Goes on in the clear: for a peer that does not speak TLS.
    void give_up_encryption() noexcept { tls_.reset(); }

    // Waits for bytes and takes some of them. Fails if the peer has sent its last byte.
    boost::asio::awaitable<received> read_some(boost::asio::mutable_buffer into);
    // The same for bytes that are not used: they may still be encrypted.
    boost::asio::awaitable<received> discard_some(boost::asio::mutable_buffer into);
    // Sends `first` and then `second`; both outlive it. TLS encrypts all of it at once, so much is
    // sent in pieces.
    boost::asio::awaitable<boost::system::error_code>
    write(std::string_view first, std::string_view second = {});
    // Says that nothing more will be sent; what was sent still arrives.
    void shutdown_send();
    // Whether bytes wait to be read.
    bool has_input() const;
    bool is_open() const { return socket_.is_open(); }
    void close();
    // Closes and drops what the peer has not taken, which the kernel would keep for minutes.
    void reset();
    // Whether the kernel holds bytes that the peer has not taken.
    bool has_unsent();

    // Gives the connection away, when nothing of ours reads or writes any more. The result is not
    // open if the connection is of no use any more.
    released_socket release();

    // For deadlines and waits.
    boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }

private:
    boost::asio::awaitable<boost::system::error_code> flush();

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<tls::tls_session> tls_;  // null: as it is
};

}  // namespace tickertape::http
