// Tells which of many sockets can be written to again or have been closed by their peer.
//
// It is an epoll set of its own inside the lane's io_context: one wait in Asio for all subscribers,
// instead of a descriptor state and a pending operation for each (docs/decisions/0003). The writer
// of the tapes can wake it. That takes no lock and no memory, because it is on the path of a tick;
// and it does nothing on a lane without subscribers, because waking a thread costs more than a
// tick.
//
// Threads: wake() from any; everything else on one, its lane's.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <atomic>
#include <cstdint>
#include <functional>

namespace tickertape::hub {

class poller {
public:
    // Identifies a socket in the set; the owner of the poller chooses it.
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

    // Gives a socket that was added another key, and reports its state anew.
    void rename(int descriptor, key whose) noexcept;

    // Calls on_wake soon, if it is listening.
    void wake() noexcept;
    // Says whether wake() has an effect; at first it has none. The caller has to look by itself for
    // ticks that were published before this returns and were not followed by on_wake.
    void listen(bool on) noexcept;

    void start();
    void stop();

private:
    // Events taken in one go, before others on the lane have their turn.
    static constexpr int events_max = 256;

    void take();

    boost::asio::posix::stream_descriptor set_;
    int bell_;  // an eventfd in the set, rung by wake()
    // True if there is no need to ring: it is ringing already, or the lane does not listen.
    std::atomic<bool> rung_{true};
    bool listening_ = false;
    std::function<void(event)> on_event_;
    std::function<void()> on_wake_;
};

}  // namespace tickertape::hub
