// A server that takes connections and never says a word.
#include "postgres/connection.hpp"
#include "postgres/opening.hpp"
#include "support/catch.hpp"

#include <string>
#include <thread>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace tickertape;
using namespace tickertape::postgres;
using namespace std::chrono_literals;
using archive::archive_errc;

namespace {

class silent_server {
public:
    silent_server() : socket_{::socket(AF_INET, SOCK_STREAM, 0)}
    {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(at);
        auto* address = reinterpret_cast<sockaddr*>(&at);
        REQUIRE(::bind(socket_, address, size) == 0);
        REQUIRE(::listen(socket_, 8) == 0);
        REQUIRE(::getsockname(socket_, address, &size) == 0);
        port_ = ntohs(at.sin_port);
    }
    // Those who wait for it are refused then, so that no test leaves a thread behind.
    ~silent_server()
    {
        ::close(socket_);
        while (openings_now() > 0)
            std::this_thread::yield();
    }
    silent_server(const silent_server&) = delete;
    silent_server& operator=(const silent_server&) = delete;

    // Which libpq would wait for as long as it takes.
    std::string url() const
    {
        return "postgresql://keeper:battery-staple@127.0.0.1:" + std::to_string(port_) +
               "/prices?connect_timeout=0&sslmode=disable";
    }

private:
    int socket_;
    int port_ = 0;
};

archive::failure failure_of(const connection::terms& terms)
{
    const auto made = archive::guarded([&] { const connection never{terms}; });
    REQUIRE(!made);
    return made.error();
}

}  // namespace

TEST_CASE("a server that never answers is given up", "[postgres]")
{
    const silent_server server;
    const auto why = failure_of({server.url(), "tickertape_live", "a test", 50ms});
    CHECK(why.code == archive_errc::no_answer);
    CHECK(why.text.find("does not answer") != std::string::npos);
    CHECK(why.text.find("battery-staple") == std::string::npos);
}

TEST_CASE("a process that is to end does not wait for a server", "[postgres]")
{
    const silent_server server;
    const auto ending = std::make_shared<const std::atomic<bool>>(true);
    const auto why = failure_of({server.url(), "tickertape_live", "a test", 24h, ending});
    CHECK(why.code == archive_errc::no_answer);
}

TEST_CASE("a server that is not there is told at once", "[postgres]")
{
    const auto why =
        failure_of({"postgresql://keeper@/prices?host=/absent", "tickertape_live", "a test"});
    CHECK(why.code == archive_errc::unreachable);
    const auto said = make_error_code(why.code).message();
    CHECK(said == "the database cannot be reached");
}

TEST_CASE("attempts that do not end are not made without limit", "[postgres]")
{
    const silent_server server;
    for (int i = 0; i < openings_max; ++i)
        static_cast<void>(open_session(server.url(), 0ms, nullptr));
    const auto more = open_session(server.url(), 24h, nullptr);
    CHECK_FALSE(more.session);
    CHECK(more.is_too_late);
}
