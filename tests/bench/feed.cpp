// Ticks at a steady pace, for a server that reads JSON lines from a pipe or takes messages by POST.
//
//   bench_feed TICKS_PER_SECOND [--symbols N] [--count N] [--post http://HOST:PORT/PATH]
//
// The price of a tick is the moment it was due, as seconds since midnight UTC with six decimals: it
// looks like a price, and a receiver can tell how old it is. Due, not written: where this
// program or the server is late, the ticks are old. With several symbols they take turns, so that
// no two ticks were due at the same moment. Ticks that are due at the time of a write go into a
// pipe in one piece: there can be more of them than writes. After --count ticks it stays, so that a
// pipe stays open.

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using nanoseconds = std::int64_t;
constexpr nanoseconds second = 1'000'000'000;
constexpr std::size_t piece_bytes = 32'768;  // half of what a pipe holds

nanoseconds now(clockid_t clock)
{
    timespec t{};
    clock_gettime(clock, &t);
    return t.tv_sec * second + t.tv_nsec;
}

void sleep_until(nanoseconds steady)
{
    const timespec t{.tv_sec = steady / second, .tv_nsec = steady % second};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) == EINTR) {
    }
}

struct tick {
    std::string symbol;
    nanoseconds due;  // since 1970

    std::string price() const
    {
        const auto us = due / 1'000 % (86'400 * 1'000'000LL);
        char text[32];
        std::snprintf(
            text, sizeof text, "%lld.%06lld", static_cast<long long>(us / 1'000'000),
            static_cast<long long>(us % 1'000'000));
        return text;
    }
};

void write_all(int to, std::string_view text)
{
    while (!text.empty()) {
        const auto written = ::write(to, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            std::exit(0);  // the reader has gone
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

// A message by POST with the data line that Tickertape would have sent, so that the bytes are
// equal.
class publisher {
public:
    explicit publisher(const std::string& url)
    {
        char host[64];
        char path[256];
        unsigned port = 0;
        if (std::sscanf(url.c_str(), "http://%63[0-9.]:%u/%255s", host, &port, path) != 3)
            throw std::runtime_error{"--post wants http://ADDRESS:PORT/PATH"};
        head_ = "POST /" + std::string{path} + " HTTP/1.1\r\nHost: " + host +
                "\r\nContent-Type: text/plain\r\nContent-Length: ";
        socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        inet_pton(AF_INET, host, &to.sin_addr);
        const int on = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error{"nobody listens at " + url};
    }

    void publish(const tick& t)
    {
        const auto body = "{\"timestamp\":" + std::to_string(t.due / second) +
                          ",\"price\":" + t.price() + ",\"symbol\":\"" + t.symbol +
                          "\",\"source\":\"pipe\"}";
        write_all(socket_, head_ + std::to_string(body.size()) + "\r\n\r\n" + body);
        await_answer();
    }

private:
    // The head, and as much body as it says.
    void await_answer()
    {
        std::string answer;
        for (;;) {
            char some[4096];
            const auto got = ::read(socket_, some, sizeof some);
            if (got <= 0)
                throw std::runtime_error{"the server closed the connection of the feed"};
            answer.append(some, static_cast<std::size_t>(got));
            const auto head = answer.find("\r\n\r\n");
            const auto length = answer.find("Content-Length: ");
            if (head == std::string::npos)
                continue;
            if (answer.compare(9, 1, "2") != 0)
                throw std::runtime_error{"the server answered the feed: " + answer};
            const auto bytes =
                length < head ? std::strtoul(answer.c_str() + length + 16, nullptr, 10) : 0;
            if (answer.size() >= head + 4 + bytes)
                return;
        }
    }

    std::string head_;
    int socket_ = -1;
};

struct settings {
    double ticks_per_second = 0;
    std::uint64_t symbols = 1;
    std::uint64_t count = UINT64_MAX;
    std::string post;
};

settings read_arguments(int argc, char** argv)
{
    settings s;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        const auto value = [&] {
            if (++i == argc)
                throw std::runtime_error{std::string{name} + " needs a value"};
            return argv[i];
        };
        if (name == "--symbols")
            s.symbols = std::strtoull(value(), nullptr, 10);
        else if (name == "--count")
            s.count = std::strtoull(value(), nullptr, 10);
        else if (name == "--post")
            s.post = value();
        else
            s.ticks_per_second = std::atof(argv[i]);
    }
    if (!(s.ticks_per_second > 0) || s.symbols == 0)
        throw std::runtime_error{"how many ticks a second?"};
    return s;
}

void run(const settings& s)
{
    const auto start = now(CLOCK_MONOTONIC);
    const auto wall_ahead = now(CLOCK_REALTIME) - start;
    const auto apart = static_cast<double>(second) / s.ticks_per_second;
    publisher* to = s.post.empty() ? nullptr : new publisher{s.post};
    std::string lines;  // that are due and not written
    const auto write_lines = [&] {
        write_all(STDOUT_FILENO, lines);
        lines.clear();
    };
    for (std::uint64_t i = 1; i <= s.count; ++i) {
        const auto due = start + static_cast<nanoseconds>(static_cast<double>(i) * apart);
        if (now(CLOCK_MONOTONIC) < due) {
            write_lines();
            sleep_until(due);
        }
        const tick t{
            s.symbols == 1 ? "BTC-USD" : "S" + std::to_string(i % s.symbols) + "-USD",
            due + wall_ahead};
        if (to)
            to->publish(t);
        else
            lines += "{\"symbol\":\"" + t.symbol + "\",\"price\":" + t.price() + "}\n";
        if (lines.size() >= piece_bytes)
            write_lines();
    }
    write_lines();
    std::fputs("bench_feed: all is said\n", stderr);
    for (;;)
        ::pause();
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        run(read_arguments(argc, argv));
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_feed: %s\n", e.what());
        return 2;
    }
}
