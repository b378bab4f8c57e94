#include "support/own_redis.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tickertape::testing {
namespace {

using namespace std::chrono_literals;

// Reached only by a server that does not work at all.
constexpr auto patience = 60s;

struct descriptor {
    int fd = -1;
    ~descriptor()
    {
        if (fd >= 0)
            ::close(fd);
    }
};

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

// One question after the other; throws std::runtime_error where no reply comes.
std::vector<relay::reply> ask_all(const std::string& port, const std::vector<relay::command>& all)
{
    const descriptor s{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const auto to = loopback(static_cast<std::uint16_t>(std::stoi(port)));
    const ::timeval limit{60, 0};
    ::setsockopt(s.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(s.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw std::runtime_error{"redis on port " + port + " takes no connection"};
    relay::reply_reader reader;
    std::vector<relay::reply> replies;
    for (const auto& c : all) {
        std::string bytes;
        relay::append_command(bytes, c);
        if (::send(s.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
            static_cast<::ssize_t>(bytes.size()))
            throw std::runtime_error{"redis on port " + port + " does not listen"};
        for (;;) {
            const auto next = reader.next();
            if (!next)
                throw std::runtime_error{"redis on port " + port + " does not speak RESP"};
            if (*next) {
                replies.push_back(**next);
                break;
            }
            char room[65536];
            const auto size = ::recv(s.fd, room, sizeof room, 0);
            if (size <= 0 || reader.feed({room, static_cast<std::size_t>(size)}))
                throw std::runtime_error{"redis on port " + port + " does not answer"};
        }
    }
    return replies;
}

}  // namespace

own_redis::own_redis(std::vector<std::string> lines, kind is) : kind_{is}, lines_{std::move(lines)}
{
    auto pattern = (std::filesystem::temp_directory_path() / "redis-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error{"no temporary directory"};
    directory_ = pattern;
    // Somebody else may have taken the port meanwhile.
    for (int tries = 0; tries < 20 && pid_ == 0; ++tries) {
        port_ = free_port();
        try_start();
    }
    if (pid_ == 0)
        throw std::runtime_error{"redis-server does not start: is the package redis-server there?"};
}

own_redis::~own_redis()
{
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::string own_redis::free_port()
{
    const descriptor s{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    auto at = loopback(0);
    ::socklen_t size = sizeof at;
    if (::bind(s.fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::getsockname(s.fd, reinterpret_cast<sockaddr*>(&at), &size) != 0)
        throw std::runtime_error{"no free port"};
    return std::to_string(ntohs(at.sin_port));
}

void own_redis::start()
{
    // A server that replaces one that was killed may find the port in use for a moment.
    for (int tries = 0; tries < 100 && pid_ == 0; ++tries)
        if (!try_start())
            std::this_thread::sleep_for(50ms);
    if (pid_ == 0)
        throw std::runtime_error{"redis-server does not start again"};
}

bool own_redis::try_start()
{
    const auto file = directory_ + "/conf";
    // A Sentinel keeps what it has learnt in its file.
    if (kind_ == kind::server || !std::filesystem::exists(file) || lines_.empty() ||
        !std::filesystem::exists(directory_ + "/started")) {
        std::ofstream out{file};
        out << "bind 127.0.0.1\nport " << port_ << "\ndir " << directory_
            << "\ndaemonize no\nlogfile " << directory_ << "/log\n";
        if (kind_ == kind::server)
            out << "appendonly yes\nappendfsync everysec\nsave \"\"\nenable-debug-command yes\n"
                   "repl-diskless-sync-delay 0\n";
        for (const auto& line : lines_)
            out << line << '\n';
    }
    std::vector<const char*> words{"redis-server", file.c_str()};
    if (kind_ == kind::sentinel)
        words.push_back("--sentinel");
    words.push_back(nullptr);
    const ::pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::setpgid(0, 0);
        const int nowhere = ::open("/dev/null", O_RDWR);
        for (int fd = 0; fd < 3; ++fd)
            ::dup2(nowhere, fd);
        ::execvp(words[0], const_cast<char* const*>(words.data()));
        ::_exit(127);
    }
    if (child < 0)
        throw std::runtime_error{"no process for redis-server"};
    pid_ = child;
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
        if (::waitpid(child, nullptr, WNOHANG) == child) {
            pid_ = 0;
            return false;
        }
        if (answers()) {
            std::ofstream{directory_ + "/started"};
            return true;
        }
        std::this_thread::sleep_for(5ms);
    }
    kill();
    return false;
}

// Whether it is our process that answers there, and has read its files.
bool own_redis::answers() const
{
    try {
        const auto said = ask({"PING"});
        if (said.is == relay::reply::kind::error)
            return !said.text.starts_with("LOADING");
        const auto server = ask({"INFO", "server"});
        return server.text.find("process_id:" + std::to_string(pid_) + "\r") != std::string::npos;
    } catch (const std::runtime_error&) {
        return false;
    }
}

relay::reply own_redis::ask(const relay::command& c) const
{
    return ask_all(port_, {c}).front();
}

relay::reply own_redis::ask_as(const relay::command& login, const relay::command& c) const
{
    return ask_all(port_, {login, c}).back();
}

void own_redis::kill()
{
    if (pid_ <= 0)
        return;
    // With the processes that it has made to write its files.
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

void own_redis::pause()
{
    ::kill(pid_, SIGSTOP);
}

void own_redis::go_on()
{
    ::kill(pid_, SIGCONT);
}

}  // namespace tickertape::testing
