#include "net/resolver.hpp"

#include "asio/no_throw.hpp"
#include "net/errors.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <netdb.h>

#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace tickertape::net {

// Holds the mutex and everything under it, so that nobody else can touch either.
struct resolver::shared_state {
    using timer_ptr = std::shared_ptr<asio::steady_timer>;

    explicit shared_state(timer_ptr wake) : wake_{std::move(wake)} {}

    // On the lookup's thread. The waker is called under the lock: once abandoned() has returned,
    // the executor is not touched any more.
    void finish(result<endpoints> found)
    {
        const std::lock_guard lock{mutex_};
        answer_ = std::move(found);
        if (wake_)
            asio::post(wake_->get_executor(), [wake = wake_] { wake->cancel(); });
        wake_.reset();
    }
    void abandoned()
    {
        const std::lock_guard lock{mutex_};
        wake_.reset();
    }
    std::optional<result<endpoints>> answer()
    {
        const std::lock_guard lock{mutex_};
        return answer_;
    }
    timer_ptr waker()
    {
        const std::lock_guard lock{mutex_};
        return wake_;
    }

private:
    std::mutex mutex_;
    std::optional<result<endpoints>> answer_;
    timer_ptr wake_;
};

result<endpoints> system_resolve(std::string host, std::string port)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
    if (failed == EAI_NONAME || failed == EAI_NODATA)
        return net_errc::host_not_found;
    if (failed != 0)
        return net_errc::resolve_failed;

    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned{list, &::freeaddrinfo};
    endpoints found;
    for (const auto* at = list; at != nullptr; at = at->ai_next) {
        if (at->ai_family != AF_INET && at->ai_family != AF_INET6)
            continue;
        asio::ip::tcp::endpoint e;
        e.resize(at->ai_addrlen);
        std::copy_n(
            reinterpret_cast<const char*>(at->ai_addr), at->ai_addrlen,
            reinterpret_cast<char*>(e.data()));
        found.push_back(e);
    }
    if (found.empty())
        return net_errc::host_not_found;
    return found;
}

resolver::resolver(asio::any_io_executor executor, resolve_function blocking)
    : executor_{std::move(executor)}, blocking_{std::move(blocking)}
{
}

resolver::~resolver()
{
    if (under_way_)
        under_way_->abandoned();
}

void resolver::begin(std::string host, std::string port)
{
    auto state = std::make_shared<shared_state>(std::make_shared<asio::steady_timer>(executor_));
    try {
        std::thread{[state, blocking = blocking_, host = std::move(host), port = std::move(port)] {
            state->finish(blocking(host, port));
        }}.detach();
        under_way_ = std::move(state);
    } catch (const std::system_error&) {
        // The system has no thread for us: the lookup has failed.
        state->abandoned();
        state->finish(net_errc::resolve_failed);
        under_way_ = std::move(state);
    }
}

asio::awaitable<result<endpoints>>
resolver::resolve(std::string host, std::string port, std::chrono::steady_clock::duration limit)
{
    boost::system::error_code not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        const auto number = static_cast<asio::ip::port_type>(std::stoul(port));
        co_return endpoints{{address, number}};
    }

    if (!under_way_)
        begin(std::move(host), std::move(port));
    if (const auto timer = under_way_->waker()) {
        timer->expires_after(limit);
        const auto [ended] = co_await timer->async_wait(no_throw);
        // The lookup's end cancels the wait as well; only the caller's cancel comes without answer.
        if (!under_way_->answer())
            co_return ended ? ended : make_error_code(net_errc::resolve_timeout);
    }
    auto found = std::move(*under_way_->answer());
    under_way_.reset();
    if (found && found->size() > endpoints_max)
        found->resize(endpoints_max);
    co_return found;
}

}  // namespace tickertape::net
