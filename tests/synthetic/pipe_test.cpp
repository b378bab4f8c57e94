#include "synthetic/pipe.hpp"

#include "core/errors.hpp"
#include "feed/harness.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"
#include "synthetic/errors.hpp"
#include "synthetic/pipe_line.hpp"
#include "json/errors.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::json;
using namespace tickertape::synthetic;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

struct descriptor {
    int fd = -1;
    ~descriptor() { close(); }
    void close()
    {
        if (fd >= 0)
            ::close(fd);
        fd = -1;
    }
};

struct os_pipe {
    os_pipe()
    {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        read.fd = ends[0];
        write.fd = ends[1];
    }
    void say(const std::string& bytes) const
    {
        REQUIRE(
            ::write(write.fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }

    descriptor read;
    descriptor write;
};

std::unique_ptr<price_feed> pipe_on(harness& h, int fd)
{
    return make_pipe(h.context(), {.descriptor = fd});
}

boost::system::error_code
refusal(const std::string& line, const std::vector<std::string>& symbols = {"BTC-USD"})
{
    json::reader reader;
    const auto read =
        parse_pipe_line(line, recorded_names{symbol_table::from(symbols).value()}, reader);
    return read ? boost::system::error_code{} : read.error();
}

}  // namespace

TEST_CASE("A line of the pipe that is no price is refused with its reason", "[feed]")
{
    CHECK(refusal("hello") == json_errc::not_json);
    CHECK(refusal("[]") == json_errc::wrong_type);
    CHECK(refusal("{}") == json_errc::missing_field);
    CHECK(refusal(R"({"price":"1"})") == json_errc::wrong_type);
    CHECK(refusal(R"({"price":null})") == json_errc::wrong_type);
    CHECK(refusal(R"({"price":0})") == core_errc::implausible_price);
    CHECK(refusal(R"({"price":-0.0})") == core_errc::implausible_price);
    CHECK(refusal(R"({"price":1e400})"));
    CHECK(refusal(R"({"price":1,"symbol":7})") == json_errc::wrong_type);
    CHECK(refusal(R"({"price":1,"symbol":"ETH-USD"})") == synthetic_errc::unknown_symbol);
    CHECK(refusal(R"({"price":1})", {"BTC-USD", "ETH-USD"}) == synthetic_errc::symbol_missing);
    CHECK_FALSE(refusal(R"({"price":1})"));
    CHECK_FALSE(refusal(R"({"symbol":"btc-usd","price":1e-8,"source":"coinbase"})"));
}

TEST_CASE("The pipe skips bad lines, reads on, and outlives the end of its input", "[feed]")
{
    harness h{{"BTC-USD", "ETH-USD"}};
    os_pipe in;
    const auto piped = pipe_on(h, in.read.fd);
    in.say("{\"symbol\":\"BTC-USD\",\"price\":69420.25}\nnonsense\n\n");
    in.say("{\"symbol\":\"ETH-USD\",\"pri");
    in.say("ce\":3500,\"source\":\"coinbase\"}\r\n{\"symbol\":\"BTC-USD\",\"price\":1}");
    in.write.close();

    piped->start();
    REQUIRE(h.run_to_the_end());

    REQUIRE(h.sink.seen.size() == 3);
    CHECK(h.sink.seen[0].value.text() == "69420.25");
    CHECK(index_of(h.sink.seen[1].symbol) == 1);
    CHECK(h.sources.name(h.sink.seen[1].source) == "pipe");
    CHECK(h.sink.seen[2].value.text() == "1");
    CHECK(h.counted(R"(tickertape_feed_lines_total{feed="pipe",outcome="ok"})") == 3);
    CHECK(h.counted(R"(tickertape_feed_lines_total{feed="pipe",outcome="bad"})") == 1);
}

TEST_CASE("The pipe knows a symbol by the names that a recording may use", "[feed]")
{
    for (const auto* name : {"BTC-USD", "btc-usd", "btcusd", "btc/usd", "BTC_USD", "btc"}) {
        CAPTURE(name);
        const auto line = std::string{R"({"price":1,"symbol":")"} + name + "\"}";
        CHECK_FALSE(refusal(line, {"ETH-USD", "BTC-USD"}));
    }
    CHECK(refusal(R"({"price":1,"symbol":""})") == synthetic_errc::unknown_symbol);
}

TEST_CASE("A complaint about an unknown symbol names it", "[feed]")
{
    json::reader reader;
    CHECK(name_in_pipe_line(R"({"price":1,"symbol":"DOGE-USD"})", reader) == "DOGE-USD");
    CHECK(
        name_in_pipe_line(R"({"symbol":")" + std::string(9'000, 'x') + "\"}", reader) ==
        std::string(40, 'x'));
    CHECK(name_in_pipe_line(R"({"symbol":7})", reader).empty());
    CHECK(name_in_pipe_line("nonsense", reader).empty());
}

TEST_CASE("At the end of its input the pipe says so of every symbol", "[feed]")
{
    harness h{{"BTC-USD", "ETH-USD"}};
    os_pipe in;
    const auto piped = pipe_on(h, in.read.fd);
    in.say("{\"symbol\":\"BTC-USD\",\"price\":1}\n");
    in.write.close();

    piped->start();
    REQUIRE(h.run_to_the_end());

    const auto report = h.reports.newest();
    REQUIRE(report);
    CHECK(report->mode == "pipe");
    REQUIRE(report->symbols.size() == 2);
    for (const auto& one : report->symbols)
        CHECK(one.problem == "the input has ended");
}

TEST_CASE("A line without end is dropped and the pipe finds its feet again", "[feed]")
{
    harness h;
    os_pipe in;
    const auto piped = pipe_on(h, in.read.fd);
    std::thread writer{[&] {
        std::string bytes(300'000, 'x');
        bytes += "\n{\"price\":2}\n";
        for (std::size_t at = 0; at < bytes.size();) {
            const auto n = ::write(in.write.fd, bytes.data() + at, bytes.size() - at);
            if (n <= 0)
                break;
            at += static_cast<std::size_t>(n);
        }
        in.write.close();
    }};

    piped->start();
    const bool has_ended = h.run_to_the_end();
    writer.join();

    REQUIRE(has_ended);
    REQUIRE(h.sink.seen.size() == 1);
    CHECK(h.counted(R"(tickertape_feed_lines_total{feed="pipe",outcome="bad"})") == 1);
}

TEST_CASE("A pipe on which nobody says anything stops when told to", "[feed]")
{
    harness h;
    os_pipe in;
    const auto piped = pipe_on(h, in.read.fd);
    h.sink.on_publish = [&] { piped->stop(); };
    in.say("{\"price\":2}\n");

    piped->start();

    CHECK(h.run_to_the_end(1s));
    CHECK(h.sink.seen.size() == 1);
}

TEST_CASE("The pipe leaves the flags of the input it shares alone", "[feed]")
{
    harness h;
    os_pipe in;
    const auto piped = pipe_on(h, in.read.fd);
    in.write.close();
    piped->start();
    REQUIRE(h.run_to_the_end());

    CHECK((::fcntl(in.read.fd, F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("A file can be standard input, and is read from where it stands", "[feed]")
{
    harness h;
    const auto path =
        std::filesystem::temp_directory_path() / ("tickertape_pipe_" + std::to_string(::getpid()));
    std::ofstream{path} << "{\"price\":1}\n{\"price\":2}\n{\"price\":3}";
    descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    std::filesystem::remove(path);
    REQUIRE(::lseek(file.fd, 12, SEEK_SET) == 12);

    const auto piped = pipe_on(h, file.fd);
    piped->start();
    REQUIRE(h.run_to_the_end());

    REQUIRE(h.sink.seen.size() == 2);
    CHECK(h.sink.seen[0].value.text() == "2");
}

TEST_CASE("An input that is empty from the start ends at once", "[feed]")
{
    harness h;
    descriptor null{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    const auto piped = pipe_on(h, null.fd);
    piped->start();
    CHECK(h.run_to_the_end());
    CHECK(h.sink.seen.empty());
}

TEST_CASE("A socket can be standard input", "[feed]")
{
    harness h;
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    descriptor ours{ends[0]};
    descriptor theirs{ends[1]};
    const auto piped = pipe_on(h, ours.fd);
    REQUIRE(::write(theirs.fd, "{\"price\":4}\n", 12) == 12);
    theirs.close();

    piped->start();
    REQUIRE(h.run_to_the_end());
    CHECK(h.sink.seen.size() == 1);
}

TEST_CASE("A pipe without standard input stops the start", "[feed]")
{
    harness h;
    CHECK_THROWS_WITH(pipe_on(h, 987), "the pipe has nothing to read: standard input is closed");
    os_pipe in;
    CHECK_THROWS(pipe_on(h, in.write.fd));
}

TEST_CASE("A pipe that stands by reads on and publishes nothing", "[feed]")
{
    harness h;
    os_pipe in;
    const auto piped = pipe_on(h, in.read.fd);
    piped->stand_by(true);
    piped->start();
    in.say("{\"price\":1}\n{\"price\":2}\n");
    while (h.counted(R"(tickertape_feed_lines_total{feed="pipe",outcome="ok"})") < 2)
        h.io.run_one();
    CHECK(h.sink.seen.empty());
    piped->stand_by(false);
    in.say("{\"price\":3}\n");
    in.write.close();
    REQUIRE(h.run_to_the_end());
    REQUIRE(h.sink.seen.size() == 1);
    CHECK(h.sink.seen[0].value.text() == "3");
}
