#include "environment.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace tickertape {

wall_time machine_clock::wall_now() const noexcept
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

steady_time machine_clock::steady_now() const noexcept
{
    return std::chrono::steady_clock::now();
}

boot_time machine_clock::boot_now() const noexcept
{
    timespec since{};
    ::clock_gettime(CLOCK_BOOTTIME, &since);
    return boot_time{
        std::chrono::seconds{since.tv_sec} + std::chrono::milliseconds{since.tv_nsec / 1'000'000}};
}

std::optional<std::string> environment_variable(const std::string& name)
{
    // Before the first thread starts, and nothing of ours ever changes the environment.
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
}

std::vector<std::string> environment_names()
{
    std::vector<std::string> names;
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text{*entry};
        names.emplace_back(text.substr(0, text.find('=')));
    }
    return names;
}

result<std::string> read_file(const std::string& path, std::size_t bytes_max)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return boost::system::error_code{errno, boost::system::system_category()};
    std::string content(bytes_max, '\0');
    std::size_t filled = 0;
    while (filled < bytes_max) {
        const auto got = ::read(descriptor, content.data() + filled, bytes_max - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            const boost::system::error_code failed{errno, boost::system::system_category()};
            ::close(descriptor);
            return failed;
        }
        if (got == 0)
            break;
        filled += static_cast<std::size_t>(got);
    }
    ::close(descriptor);
    content.resize(filled);
    return content;
}

std::vector<std::string> flags_of_first_process()
{
    constexpr std::size_t arguments_bytes_max = 256 * 1024;
    std::error_code unknown;
    const auto first = std::filesystem::read_symlink("/proc/1/exe", unknown);
    if (unknown || ::getpid() == 1 ||
        first != std::filesystem::read_symlink("/proc/self/exe", unknown))
        return {};
    const auto read = read_file("/proc/1/cmdline", arguments_bytes_max);
    if (!read)
        return {};
    // Each ends in a zero byte; the first is the name of the program.
    std::vector<std::string> arguments;
    std::string_view rest{*read};
    while (!rest.empty()) {
        arguments.emplace_back(rest.substr(0, rest.find('\0')));
        rest.remove_prefix(std::min(arguments.back().size() + 1, rest.size()));
    }
    if (!arguments.empty())
        arguments.erase(arguments.begin());
    return arguments;
}

std::size_t raise_descriptor_limit() noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

}  // namespace tickertape
