// A whole server on loopback, and a peer that says exactly what a test tells it to.
//
// Threads: a test's own. The server has its lanes; the peer's socket blocks, with a limit that only
// a test that fails ever reaches.
#pragma once

#include "http/admission.hpp"
#include "http/server.hpp"
#include "hub/hub.hpp"
#include "small_site.hpp"
#include "support/catch.hpp"
#include "telemetry/log.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <functional>
#include <future>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace tickertape::testing {

// Its wall and boot clocks stand still, so that answers can be compared byte by byte.
class standing_clock final : public clock {
public:
    explicit standing_clock(wall_time at) : at_{at} {}

    wall_time wall_now() const noexcept override { return at_; }
    steady_time steady_now() const noexcept override { return std::chrono::steady_clock::now(); }
    boot_time boot_now() const noexcept override { return same_on_boot_clock(at_); }

private:
    const wall_time at_;
};

class running_server {
public:
    explicit running_server(
        const http::server_limits& limits = {}, unsigned lanes = 1,
        const http::admission_limits& places = {}, const std::vector<ip_network>& trusted = {},
        std::shared_ptr<const tls_context> tls = nullptr,
        const std::function<void(http::router&)>& change_routes = {})
        : time_{site.now}, clients_{places}, proxies_{trusted},
          hub_{site.prices, site.sources, time_, lanes, stream_limits()},
          server_{
              {contexts(), site.routes, cors_, clients_, proxies_, time_, log_, site.figures},
              "127.0.0.1",
              0,
              limits,
              std::move(tls)},
          port_{server_.port()}
    {
        site.subscribe = [this](std::size_t lane, subscription wanted) {
            hub_.lanes()[lane]->subscribe(std::move(wanted));
        };
        if (change_routes)
            change_routes(site.routes);
        hub_.start();
        server_.start();
    }
    ~running_server()
    {
        stop();
        hub_.stop();
    }

    std::uint16_t port() const { return port_; }
    hub& streams() { return hub_; }
    http::server& front() { return server_; }

    http::admission::figures connections() const { return clients_.now(); }

    void publish(std::int64_t ms, double value)
    {
        site.publish(ms, value);
        hub_.ring();
    }
    // Stops the server and sends all subscribers away, once; true when both have reported in time.
    bool stop()
    {
        if (std::exchange(stopped_, true))
            return true;
        site.draining = true;
        server_.stop([this] {
            ++reports_;
            emptied_.set_value();
        });
        hub_.drain(std::chrono::milliseconds{0}, [this] { drained_.set_value(); });
        const bool in_time = emptied_.get_future().wait_for(patience) == std::future_status::ready;
        if (!in_time)
            server_.abandon();
        // Peers of a test do not read to the end on their own.
        hub_.abandon();
        return drained_.get_future().wait_for(patience) == std::future_status::ready && in_time;
    }
    // How often stop() was told that no session is left. Sensible once the lanes have ended.
    int reports() const { return reports_; }
    // A figure of /metrics, by name and labels as they are written there; -1: none.
    double figure(const std::string& name) const
    {
        const auto text = site.figures.text();
        const auto at = text.find("\n" + name + " ");
        return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
    }

    small_site site{{"BTC-USD", "ETH-USD"}, 1'000};

private:
    static constexpr std::chrono::seconds patience{5};

    std::vector<boost::asio::io_context*> contexts() const
    {
        std::vector<boost::asio::io_context*> all;
        for (const auto& l : hub_.lanes())
            all.push_back(&l->context());
        return all;
    }
    static lane_limits stream_limits()
    {
        lane_limits limits;
        // A jitter of half to one and a half times nothing is nothing.
        limits.retry = std::chrono::milliseconds{0};
        return limits;
    }

    http::cors_policy cors_{{"*"}};
    logger log_{log_level::error, log_format::text};
    standing_clock time_;
    http::admission clients_;
    const http::trusted_proxies proxies_;
    hub hub_;
    http::server server_;
    const std::uint16_t port_;
    bool stopped_ = false;
    std::atomic<int> reports_{0};
    std::promise<void> emptied_;
    std::promise<void> drained_;
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
    explicit peer(const running_server& to, wishes w = {0}) : peer{to.port(), w}
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
