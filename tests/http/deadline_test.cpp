#include "http/deadline.hpp"

#include "support/catch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <optional>

using namespace tickertape;
using namespace tickertape::http;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// Two ends of a connection; nobody ever says anything on it.
struct silent_connection {
    silent_connection()
    {
        tcp::acceptor acceptor{io, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
        there.connect(acceptor.local_endpoint());
        here = acceptor.accept();
    }

    // What a wait on it comes to; nothing where it still waits when the handlers run out of time.
    std::optional<error_code> wait(std::chrono::milliseconds at_most)
    {
        std::optional<error_code> outcome;
        std::array<char, 1> byte;
        here.async_read_some(
            asio::buffer(byte), [&](error_code failed, std::size_t) { outcome = failed; });
        io.restart();
        const auto end = std::chrono::steady_clock::now() + at_most;
        while (!outcome && io.run_one_until(end) > 0) {
        }
        auto answered = outcome;
        here.cancel();
        while (!outcome)
            io.run_one();
        return answered;
    }

    asio::io_context io{1};
    tcp::socket there{io};
    tcp::socket here{io};
};

}  // namespace

TEST_CASE("what waits on a socket past its deadline is cancelled", "[http]")
{
    silent_connection c;
    deadline d{c.here};
    d.arm(1ms);
    CHECK(c.wait(5s) == error_code{asio::error::operation_aborted});
    CHECK(d.passed());
}

TEST_CASE("what begins to wait after its deadline is cancelled as well", "[http]")
{
    silent_connection c;
    deadline d{c.here};
    d.arm(1ms);
    while (!d.passed())
        c.io.run_one();  // nothing waited, so there was nothing to cancel
    CHECK(c.wait(5s) == error_code{asio::error::operation_aborted});
    CHECK(c.wait(5s) == error_code{asio::error::operation_aborted});
}

TEST_CASE("a deadline that was disarmed, or is gone, cancels nothing", "[http]")
{
    silent_connection c;
    {
        deadline d{c.here};
        d.arm(1ms);
        d.disarm();
        CHECK_FALSE(c.wait(5ms).has_value());
        CHECK_FALSE(d.passed());
        d.arm(1ms);
    }
    CHECK_FALSE(c.wait(5ms).has_value());
}

TEST_CASE(
    "a deadline that was disarmed after it passed still says so, until it is set anew", "[http]")
{
    silent_connection c;
    deadline d{c.here};
    d.arm(1ms);
    while (!d.passed())
        c.io.run_one();
    d.disarm();
    CHECK(d.passed());
    CHECK_FALSE(c.wait(5ms).has_value());
    d.arm(1h);
    CHECK_FALSE(d.passed());
    d.disarm();
}
