// The floor of a fan-out: what the kernel alone costs on this machine.
//
//   bare_fanout PORT    with ticks as JSON lines on standard input, as Tickertape's pipe takes them
//
// It answers whatever it is sent with the head of an event stream, and from then on calls send()
// once for each connection and tick, with the very bytes that Tickertape would send. There is no
// HTTP, no history, no second look at a send that failed, and nobody is told what they missed.

#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::string_view head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                  "Cache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n";

// Tickertape writes the shortest number that reads back the same.
std::string_view without_zeros(std::string_view number)
{
    if (number.find('.') == std::string_view::npos)
        return number;
    while (number.back() == '0')
        number.remove_suffix(1);
    if (number.back() == '.')
        number.remove_suffix(1);
    return number;
}

// The frame of the tick in that line, as one chunk.
std::string frame_of(std::string_view line)
{
    const auto between = [&](std::string_view before, char after) {
        const auto from = line.find(before) + before.size();
        return line.substr(from, line.find(after, from) - from);
    };
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    const auto price = without_zeros(between("\"price\":", '}'));
    const auto symbol = between("\"symbol\":\"", '"');
    char event[512];
    const int bytes = std::snprintf(
        event, sizeof event,
        "id: %lld-0\ndata: {\"timestamp\":%lld,\"price\":%.*s,\"symbol\":\"%.*s\","
        "\"source\":\"pipe\"}\n\n",
        static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000,
        static_cast<long long>(now.tv_sec), static_cast<int>(price.size()), price.data(),
        static_cast<int>(symbol.size()), symbol.data());
    char size[16];
    std::snprintf(size, sizeof size, "%x\r\n", static_cast<unsigned>(bytes));
    return size + std::string(event, static_cast<std::size_t>(bytes)) + "\r\n";
}

int listen_on(const char* port)
{
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(listener, 4096) != 0) {
        std::perror("bare_fanout");
        std::exit(1);
    }
    return listener;
}

class fanout {
public:
    explicit fanout(int listener) : listener_{listener}, poll_{::epoll_create1(0)}
    {
        ::fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
        watch(listener_, EPOLLIN);
        watch(STDIN_FILENO, EPOLLIN);
    }

    void run()
    {
        std::vector<epoll_event> ready(512);
        while (!over_) {
            const int n = ::epoll_wait(poll_, ready.data(), static_cast<int>(ready.size()), -1);
            for (int i = 0; i < n; ++i)
                on_event(ready[static_cast<std::size_t>(i)].data.fd);
        }
    }

private:
    void watch(int fd, std::uint32_t events)
    {
        epoll_event wanted{};
        wanted.events = events;
        wanted.data.fd = fd;
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &wanted);
    }

    void on_event(int fd)
    {
        if (fd == listener_)
            accept_all();
        else if (fd == STDIN_FILENO)
            read_ticks();
        else
            answer(fd);
    }

    void accept_all()
    {
        for (int fd; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
            const int on = 1;
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            watch(fd, EPOLLIN | EPOLLET);
        }
    }

    void answer(int fd)
    {
        char request[4096];
        const auto got = ::read(fd, request, sizeof request);
        if (got > 0 && ::write(fd, head.data(), head.size()) > 0)
            subscribers_.push_back(fd);
        else if (got == 0 || errno != EAGAIN) {
            std::erase(subscribers_, fd);
            ::close(fd);
        }
    }

    void read_ticks()
    {
        char some[4096];
        const auto got = ::read(STDIN_FILENO, some, sizeof some);
        if (got == 0)
            over_ = true;
        if (got <= 0)
            return;
        unread_.append(some, static_cast<std::size_t>(got));
        std::size_t begin = 0;
        for (std::size_t end; (end = unread_.find('\n', begin)) != std::string::npos;
             begin = end + 1)
            send_all(frame_of(std::string_view{unread_}.substr(begin, end - begin)));
        unread_.erase(0, begin);
    }

    void send_all(const std::string& frame)
    {
        for (const int fd : subscribers_)
            ::send(fd, frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    int listener_;
    int poll_;
    std::vector<int> subscribers_;
    std::string unread_;
    bool over_ = false;
};

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fputs("bare_fanout: on which port?\n", stderr);
        return 2;
    }
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    fanout loop{listen_on(argv[1])};
    std::fprintf(stderr, "bare_fanout listening port=%s\n", argv[1]);
    loop.run();
}
