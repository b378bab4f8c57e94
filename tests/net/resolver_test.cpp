#include "net/resolver.hpp"

#include "net/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <future>
#include <optional>

using namespace tickertape;
using namespace tickertape::net;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

std::optional<result<endpoints>> found(
    asio::io_context& io, resolver& names, const std::string& host, std::chrono::milliseconds limit)
{
    std::optional<result<endpoints>> answer;
    asio::co_spawn(
        io, [&]() -> asio::awaitable<void> { answer = co_await names.resolve(host, "443", limit); },
        asio::detached);
    io.restart();
    io.run_for(3s);
    return answer;
}

}  // namespace

TEST_CASE("A name server that hangs costs its limit, and one thread", "[net]")
{
    asio::io_context io{1};
    auto release = std::make_shared<std::promise<void>>();
    const auto calls = std::make_shared<std::atomic<int>>(0);
    const std::shared_future<void> released = release->get_future();
    const tcp::endpoint where{asio::ip::address_v4::loopback(), 443};
    resolver names{asio::make_strand(io), [=](std::string, std::string) -> result<endpoints> {
                       ++*calls;
                       released.wait();
                       return endpoints{where};
                   }};

    const auto began = std::chrono::steady_clock::now();
    CHECK(found(io, names, "slow.test", 30ms)->error() == net_errc::resolve_timeout);
    CHECK(found(io, names, "slow.test", 30ms)->error() == net_errc::resolve_timeout);
    CHECK(std::chrono::steady_clock::now() - began < 10s);
    CHECK(*calls == 1);

    release->set_value();
    const auto late = found(io, names, "slow.test", 2s);
    REQUIRE(late->has_value());
    CHECK(**late == endpoints{where});
    CHECK(*calls == 1);
}

TEST_CASE("A lookup nobody waits for any more touches nothing", "[net]")
{
    auto release = std::make_shared<std::promise<void>>();
    const std::shared_future<void> released = release->get_future();
    const auto ended = std::make_shared<std::promise<void>>();
    {
        asio::io_context io{1};
        resolver names{asio::make_strand(io), [=](std::string, std::string) -> result<endpoints> {
                           released.wait();
                           ended->set_value();
                           return endpoints{};
                       }};
        CHECK(found(io, names, "slow.test", 5ms)->error() == net_errc::resolve_timeout);
    }
    release->set_value();
    CHECK(ended->get_future().wait_for(2s) == std::future_status::ready);
}

TEST_CASE("An address needs no name server", "[net]")
{
    asio::io_context io{1};
    resolver names{asio::make_strand(io), [](std::string, std::string) -> result<endpoints> {
                       return net_errc::resolve_failed;
                   }};

    CHECK(
        found(io, names, "127.0.0.1", 1s)->value() ==
        endpoints{{asio::ip::address_v4::loopback(), 443}});
    CHECK(
        found(io, names, "::1", 1s)->value() == endpoints{{asio::ip::address_v6::loopback(), 443}});
    CHECK(found(io, names, "a.test", 1s)->error() == net_errc::resolve_failed);
}

TEST_CASE("The system knows localhost and does not know what cannot exist", "[net]")
{
    CHECK(system_resolve("localhost", "80").has_value());
    CHECK(system_resolve("a.name.that.is.invalid", "80").has_error());
}
