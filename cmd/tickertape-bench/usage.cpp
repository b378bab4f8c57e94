#include "tickertape-bench/usage.hpp"

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <unistd.h>

namespace tickertape::bench {

namespace {

std::string text_of(const std::string& path)
{
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string path_of(int pid, const char* file)
{
    return "/proc/" + std::to_string(pid) + "/" + file;
}

// The number behind `name`, or 0.
std::uint64_t number_behind(const std::string& text, const std::string& name)
{
    const auto at = text.find(name);
    return at == std::string::npos ? 0
                                   : std::strtoull(text.c_str() + at + name.size(), nullptr, 10);
}

std::uint64_t page_bytes()
{
    return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t resident_of(int pid)
{
    std::istringstream statm{text_of(path_of(pid, "statm"))};
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    statm >> all >> resident;
    return resident * page_bytes();
}

}  // namespace

process_usage usage_of(std::span<const int> pids)
{
    const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    process_usage sum;
    for (const int pid : pids) {
        // The name stands in brackets and may hold blanks and brackets itself.
        const auto stat = text_of(path_of(pid, "stat"));
        const auto name_end = stat.rfind(") ");
        if (name_end == std::string::npos)
            continue;
        std::istringstream rest{stat.substr(name_end + 2)};
        const std::vector<std::string> fields{std::istream_iterator<std::string>{rest}, {}};
        constexpr std::size_t user = 11;
        constexpr std::size_t system = 12;
        constexpr std::size_t threads = 17;
        if (fields.size() <= threads)
            continue;
        sum.user_s += std::stod(fields[user]) / ticks_per_second;
        sum.system_s += std::stod(fields[system]) / ticks_per_second;
        sum.threads += std::stoull(fields[threads]);
        const auto rollup = number_behind(text_of(path_of(pid, "smaps_rollup")), "\nRss:");
        sum.resident_bytes += rollup > 0 ? rollup * 1024 : resident_of(pid);
    }
    return sum;
}

std::uint64_t resident_bytes_now(std::span<const int> pids)
{
    std::uint64_t sum = 0;
    for (const int pid : pids)
        sum += resident_of(pid);
    return sum;
}

socket_usage socket_usage_now()
{
    const auto all = text_of("/proc/net/sockstat");
    const auto tcp = all.substr(std::min(all.find("TCP:"), all.size()));
    return {
        .tcp_sockets = number_behind(tcp, " inuse "),
        .tcp_bytes = number_behind(tcp, " mem ") * page_bytes(),
        .slab_bytes = number_behind(text_of("/proc/meminfo"), "\nSlab:") * 1024};
}

}  // namespace tickertape::bench
