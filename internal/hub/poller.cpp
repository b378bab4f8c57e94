#include "hub/poller.hpp"

#include <boost/system/system_error.hpp>

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace tickertape::hub {

namespace asio = boost::asio;

namespace {

// The key of the eventfd. No subscriber has it, because the table never grows that far.
constexpr poller::key bell_key = ~poller::key{0};

int checked(int descriptor)
{
    if (descriptor < 0)
        throw boost::system::system_error{
            {errno, boost::system::system_category()}, "cannot watch subscribers"};
    return descriptor;
}

epoll_event interest_of(poller::key whose) noexcept
{
    epoll_event interest{};
    // Edge-triggered: a socket that keeps up reports nothing until its peer leaves. Bytes that a
    // peer sends after its request are never read, and stay in the kernel, where they are bounded.
    interest.events = EPOLLOUT | EPOLLRDHUP | EPOLLET;
    interest.data.u64 = whose;
    return interest;
}

}  // namespace

poller::poller(
    asio::io_context& context, std::function<void(event)> on_event, std::function<void()> on_wake)
    : set_{context, checked(::epoll_create1(EPOLL_CLOEXEC))}, bell_{checked(::eventfd(
                                                                  0, EFD_CLOEXEC | EFD_NONBLOCK))},
      on_event_{std::move(on_event)}, on_wake_{std::move(on_wake)}
{
    epoll_event interest{};
    // Edge-triggered: every write to the eventfd reports it, so it need never be read.
    interest.events = EPOLLIN | EPOLLET;
    interest.data.u64 = bell_key;
    checked(::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, bell_, &interest));
}

poller::~poller()
{
    ::close(bell_);
}

void poller::wake() noexcept
{
    // acq_rel: a caller that finds the bell rung already knows that on_wake, which takes the flag
    // down before it looks, will see what the caller has published.
    if (rung_.exchange(true, std::memory_order_acq_rel))
        return;
    const std::uint64_t one = 1;
    // The write can only fail when 2^64 rings have not been read, and then the bell is ringing.
    [[maybe_unused]] const auto written = ::write(bell_, &one, sizeof one);
}

void poller::listen(bool on) noexcept
{
    listening_ = on;
    // acq_rel: pairs with wake(). A writer that finds the bell rung, or muted, published before
    // this exchange, and what it published is visible after it.
    rung_.exchange(!on, std::memory_order_acq_rel);
}

bool poller::add(int descriptor, key whose) noexcept
{
    auto interest = interest_of(whose);
    return ::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, descriptor, &interest) == 0;
}

void poller::rename(int descriptor, key whose) noexcept
{
    // This changes an entry of the set and adds none, so it cannot fail for lack of memory.
    auto interest = interest_of(whose);
    ::epoll_ctl(set_.native_handle(), EPOLL_CTL_MOD, descriptor, &interest);
}

void poller::start()
{
    set_.async_wait(
        asio::posix::stream_descriptor::wait_read, [this](boost::system::error_code failed) {
            if (failed)
                return;  // stopped
            take();
            start();
        });
}

void poller::stop()
{
    set_.close();
}

void poller::take()
{
    std::array<epoll_event, events_max> ready;
    const int count = ::epoll_wait(set_.native_handle(), ready.data(), events_max, 0);
    for (int i = 0; i < count; ++i) {
        const auto& e = ready[static_cast<std::size_t>(i)];
        if (e.data.u64 == bell_key) {
            if (!listening_)
                continue;
            // acq_rel: pairs with wake(): what was published before the ring is visible now.
            rung_.exchange(false, std::memory_order_acq_rel);
            on_wake_();
            continue;
        }
        on_event_(
            {.whose = e.data.u64,
             .writable = (e.events & EPOLLOUT) != 0,
             .closed = (e.events & (EPOLLHUP | EPOLLERR)) != 0,
             .half_closed = (e.events & EPOLLRDHUP) != 0});
    }
}

}  // namespace tickertape::hub
