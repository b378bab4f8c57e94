// A hub with real lanes and threads, whose subscribers are the far ends of socket pairs.
#pragma once

#include "hub/held.hpp"
#include "hub/lane_set.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace tickertape {

class real_clock final : public clock {
public:
    wall_time wall_now() const noexcept override
    {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
    steady_time steady_now() const noexcept override { return std::chrono::steady_clock::now(); }
};

// The near end of a stream: what a client holds.
class far_end {
public:
    explicit far_end(int descriptor) : fd_{descriptor} {}
    far_end(far_end&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    far_end& operator=(far_end&& other) noexcept
    {
        close();
        fd_ = std::exchange(other.fd_, -1);
        return *this;
    }
    ~far_end() { close(); }

    void close()
    {
        if (fd_ >= 0)
            ::close(std::exchange(fd_, -1));
    }

    // Says that nothing more will be sent.
    void finish() { ::shutdown(fd_, SHUT_WR); }

    // What is there now, at most `bytes_max` of it; nothing where the stream has ended.
    std::optional<std::string> read_some(std::size_t bytes_max = 65'536)
    {
        std::string bytes(bytes_max, '\0');
        const auto got = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN))
            return std::nullopt;
        bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return bytes;
    }

    // Reads until `wanted` is there, or the end, or five seconds are over.
    std::string read_until(std::string_view wanted)
    {
        std::string all;
        const auto last = std::chrono::steady_clock::now() + std::chrono::seconds{5};
        while (all.find(wanted) == std::string::npos && std::chrono::steady_clock::now() < last) {
            pollfd waiting{fd_, POLLIN, 0};
            ::poll(&waiting, 1, 100);
            const auto more = read_some();
            if (!more)
                break;
            all += *more;
        }
        return all;
    }

private:
    int fd_;
};

// Limits under which the ticks of a test, which come from 1970, are not stale.
inline hub::lane_limits quiet_limits()
{
    hub::lane_limits limits;
    limits.stale = {std::chrono::years{1'000}};
    return limits;
}

struct lane_rig {
    explicit lane_rig(
        held& from, unsigned lanes = 1, const hub::lane_limits& limits = quiet_limits(),
        tape::past* older = nullptr)
        : h{from}, streams{from.ticks, from.sources, time, lanes, limits, older}
    {
        streams.start();
    }

    // Begins a stream on that lane; where it begins is decided there.
    template <class Cursor>
    far_end subscribe(
        std::size_t lane_number, std::vector<symbol_id> symbols, sse::framing how, Cursor cursor,
        std::string head = {})
    {
        return subscribe(
            lane_number, hub::stream_terms{.symbols = std::move(symbols), .how = how}, cursor,
            std::move(head));
    }
    template <class Cursor>
    far_end subscribe(
        std::size_t lane_number, hub::stream_terms terms, Cursor cursor, std::string head = {})
    {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw std::runtime_error{"no socket pair"};
        hub::lane& on = *streams.lanes()[lane_number];
        boost::asio::post(
            on.context(), [&on, near = ends[0], terms = std::move(terms), cursor,
                           head = std::move(head)]() mutable {
                on.subscribe(
                    {.socket = hub::stream_socket{near},
                     .terms = std::move(terms),
                     .cursor = cursor(),
                     .head = std::move(head)});
            });
        return far_end{ends[1]};
    }

    held& h;
    real_clock time;
    hub::lane_set streams;
};

}  // namespace tickertape
