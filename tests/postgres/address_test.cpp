#include "postgres/address.hpp"
#include "support/catch.hpp"

using namespace tickertape::postgres;

TEST_CASE("an address is given deadlines where it has none", "[postgres]")
{
    const auto plain = with_defaults("postgresql://host/db", "tickertape on a, process 1");
    CHECK(plain.starts_with("postgresql://host/db?connect_timeout=5&tcp_user_timeout=10000&"));
    CHECK(plain.ends_with("&application_name=tickertape%20on%20a%2C%20process%201"));
    const auto own = with_defaults("postgresql://host/db?connect_timeout=7&sslmode=require", "a");
    CHECK(own.find("connect_timeout=5") == std::string::npos);
    CHECK(own.find("?connect_timeout=7&sslmode=require&tcp_user_timeout=") != std::string::npos);
    CHECK(own.find("connect_timeout", own.find("tcp_user")) == std::string::npos);
    CHECK(with_defaults("postgresql://h/d?", "a").starts_with("postgresql://h/d?connect_timeout"));
}

TEST_CASE("an address cannot wait for ever", "[postgres]")
{
    for (const std::string given : {"0", "60", "-1", "", "soon"}) {
        const auto url = with_defaults("postgresql://host/db?connect_timeout=" + given, "a");
        CHECK(url.find("&connect_timeout=10&") != std::string::npos);
    }
}

TEST_CASE("what PostgreSQL says becomes one line without a password", "[postgres]")
{
    const std::string url = "postgresql://me:hunter%32x@host/db";
    CHECK(
        one_line("connection failed:\n\tFATAL:  no  such\x01 thing\n", url) ==
        "connection failed: FATAL: no such thing");
    CHECK(one_line("bad \"hunter2x\" and hunter%32x", url) == "bad \"********\" and ********");
    CHECK(one_line("", url).empty());
    CHECK(one_line(std::string(5'000, 'x'), url).size() == 400);
}

TEST_CASE("a process has a name that PostgreSQL keeps whole", "[postgres]")
{
    const auto name = name_of_this_process();
    CHECK(name.starts_with("tickertape on "));
    CHECK(name.size() < 64);
}
