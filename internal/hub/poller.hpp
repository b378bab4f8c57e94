// Tells which of many sockets can be written to again or have been closed by their peer.
//
// It is an epoll set of its own inside the lane's io_context: one wait in Asio for all subscribers,
// instead of a descriptor state and a pending operation for each (docs/decisions/0003). It can also
// be woken: without a lock and without memory, because whoever wakes it is on the path of a tick;
// and not at all where nobody wants ticks, because waking a thread costs more than a tick does.
//
// Threads: wake() from any; everything else on one, its lane's.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <atomic>
#include <cstdint>
#include <functional>

namespace tickertape {

class poller {
public:
    // What a socket is known by; its owner gives it a meaning.
    using key = std::uint64_t;
    struct event {
        key whose;
        bool writable;
        bool closed;
        bool half_closed;  // the peer will send no more; it may still read
    };

    // Both are called on the io_context; on_wake once for all calls of wake() before it. Throws
    // system_error where the kernel gives no set.
    poller(
        boost::asio::io_context& context, std::function<void(event)> on_event,
        std::function<void()> on_wake);
    ~poller();
    poller(const poller&) = delete;
    poller& operator=(const poller&) = delete;

    // Reports when the socket becomes writable after a write that was cut short, and when its peer
    // closes it or one half of it. Returns false where the kernel has no room for it. Closing it
    // takes it out again.
    bool add(int descriptor, key whose) noexcept;

    // Calls on_wake soon, if it is listening.
    void wake() noexcept;
    // Whether wake() is heard; at first it is not. What was published before this returns and was
    // not told by on_wake is the caller's to look for.
    void listen(bool on) noexcept;

    void start();
    void stop();

private:
    // Events taken in one go, before others on the lane have their turn.
    static constexpr int events_max = 256;

    void take();

    boost::asio::posix::stream_descriptor set_;
    int bell_;  // an eventfd in the set, rung by wake()
    // Whether there is no need to ring: it is ringing, or nobody listens.
    std::atomic<bool> rung_{true};
    bool listening_ = false;
    std::function<void(event)> on_event_;
    std::function<void()> on_wake_;
};

}  // namespace tickertape
