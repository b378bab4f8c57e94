// A peer that says to an HTTP server on loopback exactly what a test tells it to, and the server's
// answers while its clock stands still.
//
// Threads: a test's own. The peer's socket blocks, with a limit that only a test that fails
// reaches.
#pragma once

#include "core/clock.hpp"
#include "support/catch.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace tickertape::testing {

// Its wall and boot clocks stand still, so that answers can be compared byte by byte.
class standing_clock final : public clock {
public:
    explicit standing_clock(wall_time at) : at_{at} {}

    wall_time wall_now() const noexcept override { return at_; }
    steady_time steady_now() const noexcept override { return std::chrono::steady_clock::now(); }
    boot_time boot_now() const noexcept override { return boot_time{at_.time_since_epoch()}; }

private:
    const wall_time at_;
};

class peer {
public:
    struct wishes {
        int receive_buffer_bytes = 0;  // 0: as the kernel likes
    };

    explicit peer(std::uint16_t port, wishes w = {0})
        : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        if (const auto bytes = w.receive_buffer_bytes; bytes > 0)
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
        const timeval limit{.tv_sec = 5, .tv_usec = 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
            close();
    }
    // To a server that has a port().
    template <class Server>
    explicit peer(const Server& to, wishes w = {0}) : peer{to.port(), w}
    {
        REQUIRE(fd_ >= 0);
    }
    peer(peer&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    ~peer() { close(); }

    // The descriptor is the caller's from now on.
    int release() { return std::exchange(fd_, -1); }
    void close()
    {
        if (fd_ >= 0)
            ::close(std::exchange(fd_, -1));
    }
    // Says that nothing more will be sent.
    void finish() { ::shutdown(fd_, SHUT_WR); }

    // Sends all of it, unless the server has closed.
    bool send(std::string_view text)
    {
        while (!text.empty()) {
            const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    // What comes, up to and including `end`.
    std::string read_until(std::string_view end)
    {
        std::string text;
        while (!text.ends_with(end) && read_one(text)) {
        }
        return text;
    }
    std::string read(std::size_t bytes)
    {
        std::string text;
        while (text.size() < bytes && read_one(text)) {
        }
        return text;
    }
    // What comes until the server closes. What did not end that way says so.
    std::string read_to_end()
    {
        std::string text;
        while (read_one(text)) {
        }
        return was_closed_ ? text : text + "(and no end)";
    }
    // One answer with a Content-Length: its head and body. `head_only`: an answer to HEAD.
    std::string read_answer(bool head_only = false)
    {
        auto text = read_until("\r\n\r\n");
        static constexpr std::string_view length = "Content-Length: ";
        const auto at = text.find(length);
        if (!head_only && at != std::string::npos)
            text += read(std::stoul(text.substr(at + length.size())));
        return text;
    }
    std::string ask(std::string_view request)
    {
        send(request);
        return read_answer();
    }

private:
    bool read_one(std::string& text)
    {
        char byte = 0;
        const auto got = ::recv(fd_, &byte, 1, 0);
        was_closed_ = got == 0;
        if (got == 1)
            text += byte;
        return got == 1;
    }

    int fd_;
    bool was_closed_ = false;
};

// An answer as this server gives it while its clock stands still.
inline std::string answered(
    std::string_view status, std::string_view headers, std::string_view connection,
    std::string_view body, std::string_view id = "t")
{
    return "HTTP/1.1 " + std::string{status} +
           "\r\nDate: Sun, 07 Apr 2024 21:31:20 GMT\r\nX-Request-Id: " + std::string{id} +
           "\r\nX-Content-Type-Options: nosniff\r\n" + std::string{headers} +
           "Connection: " + std::string{connection} + "\r\n\r\n" + std::string{body};
}

// 0 where it is no answer.
inline unsigned status_of(std::string_view answer)
{
    if (answer.size() < 12 || !answer.starts_with("HTTP/1.1 "))
        return 0;
    return static_cast<unsigned>(std::stoul(std::string{answer.substr(9, 3)}));
}

}  // namespace tickertape::testing
