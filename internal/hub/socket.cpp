#include "hub/socket.hpp"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace tickertape::hub {
namespace {

stream_socket::outcome gone_because(int error) noexcept
{
    return error == ETIMEDOUT ? stream_socket::outcome::vanished : stream_socket::outcome::gone;
}

}  // namespace

stream_socket& stream_socket::operator=(stream_socket&& other) noexcept
{
    if (this != &other) {
        if (fd_ >= 0)
            ::close(fd_);
        fd_ = std::exchange(other.fd_, -1);
        through_ = std::move(other.through_);
    }
    return *this;
}

stream_socket::~stream_socket()
{
    if (fd_ >= 0)
        ::close(fd_);
}

void stream_socket::apply(const stream_socket_limits& limits) noexcept
{
    // Errors are ignored: without these options the stream is as correct, only slower or larger in
    // the kernel.
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(
        fd_, SOL_SOCKET, SO_SNDBUF, &limits.send_buffer_bytes, sizeof limits.send_buffer_bytes);
    ::setsockopt(
        fd_, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &limits.unsent_bytes, sizeof limits.unsent_bytes);
    ::setsockopt(
        fd_, SOL_SOCKET, SO_RCVBUF, &limits.receive_buffer_bytes,
        sizeof limits.receive_buffer_bytes);
    const auto unacknowledged = static_cast<unsigned>(limits.unacknowledged.count());
    ::setsockopt(fd_, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged, sizeof unacknowledged);
}

stream_socket::sent stream_socket::send(std::string_view first, std::string_view second) noexcept
{
    if (through_) {
        const auto went = through_->send(first, second);
        if (went.is_gone)
            return {gone_because(errno), 0};
        return {went.is_full ? outcome::some : outcome::all, went.bytes};
    }
    const auto total = first.size() + second.size();
    ssize_t taken = 0;
    do {
        if (first.empty()) {
            taken = ::send(fd_, second.data(), second.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        } else {
            // The kernel only reads from them.
            std::array<iovec, 2> parts{{
                {const_cast<char*>(first.data()), first.size()},
                {const_cast<char*>(second.data()), second.size()},
            }};
            msghdr message{};
            message.msg_iov = parts.data();
            message.msg_iovlen = parts.size();
            taken = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    } while (taken < 0 && errno == EINTR);
    if (taken < 0)
        return {errno == EAGAIN || errno == EWOULDBLOCK ? outcome::some : gone_because(errno), 0};
    const auto bytes = static_cast<std::size_t>(taken);
    return {bytes == total ? outcome::all : outcome::some, bytes};
}

void stream_socket::finish() noexcept
{
    if (through_)
        through_->finish();
    ::shutdown(fd_, SHUT_WR);
}

void stream_socket::reset() noexcept
{
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(fd_, -1));
    through_.reset();
}

bool stream_socket::has_timed_out() const noexcept
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == ETIMEDOUT;
}

}  // namespace tickertape::hub
