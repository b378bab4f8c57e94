#include "tickertape-bench/machine.hpp"

#include <cstring>
#include <ctime>
#include <memory>
#include <netdb.h>
#include <stdexcept>
#include <sys/resource.h>
#include <system_error>

namespace tickertape::bench {

wall_us wall_now() noexcept
{
    timespec t{};
    ::clock_gettime(CLOCK_REALTIME, &t);
    return static_cast<wall_us>(t.tv_sec) * 1'000'000 + t.tv_nsec / 1'000;
}

void need_descriptors(std::size_t connections)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    constexpr rlim_t others = 16;
    if (connections + others > limit.rlim_cur)
        throw std::runtime_error{
            std::to_string(connections) + " connections are more than the limit on open files, " +
            std::to_string(limit.rlim_cur) + ", allows (ulimit -n)"};
}

address address_of(const target& t)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed =
        ::getaddrinfo(t.host.c_str(), std::to_string(t.port).c_str(), &hints, &found);
    if (failed != 0)
        throw std::runtime_error{t.host + ": " + ::gai_strerror(failed)};
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all{found, ::freeaddrinfo};
    const addrinfo* chosen = found;
    for (const addrinfo* a = found; a != nullptr; a = a->ai_next)
        if (chosen->ai_family != AF_INET && a->ai_family == AF_INET)
            chosen = a;
    address result;
    std::memcpy(&result.storage, chosen->ai_addr, chosen->ai_addrlen);
    result.bytes = chosen->ai_addrlen;
    return result;
}

std::string words_of(int error)
{
    return std::system_category().message(error);
}

}  // namespace tickertape::bench
