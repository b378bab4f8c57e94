// How many ticks a Redis takes from one instance: appended one by one, each after the answer to the
// one before, and so many in one call. `make bench-cluster` runs it.
//
//   relay_figures REDIS_URL SECONDS BATCH...
//
// Prints a line for each batch: its size, ticks a second, and the median and p99 of a call in
// microseconds.
#include "net/tls_trust.hpp"
#include "relay/redis_log.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::relay;

namespace {

using steady = std::chrono::steady_clock;
constexpr std::chrono::milliseconds lease_for{60'000};
const std::string token = "relay_figures";

redis_log_settings settings_of(const std::string& url)
{
    const auto address = parse_redis_address(url);
    if (!address)
        throw std::invalid_argument{"no address of a Redis: " + url};
    redis_log_settings s;
    s.address = *address;
    s.name = "tickertape";
    s.kind = "figures";
    s.entries_max = 1'000'000;
    return s;
}

// So many entries of usual length, each after the one before it.
std::vector<entry> batch_of(position_source& positions, std::size_t size)
{
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    std::vector<entry> batch;
    for (std::size_t i = 0; i < size; ++i) {
        entry e;
        e.after = positions.last();
        e.at = positions.next(now);
        e.words = "v1 t BTC-USD 69420.25 coinbase 0";
        batch.push_back(e);
    }
    return batch;
}

void print(std::size_t size, std::vector<double>& took_us, double seconds)
{
    std::sort(took_us.begin(), took_us.end());
    const auto at = [&](double part) {
        return took_us[static_cast<std::size_t>(part * static_cast<double>(took_us.size() - 1))];
    };
    const auto ticks = static_cast<double>(size * took_us.size());
    std::printf("%zu %.0f %.1f %.1f\n", size, ticks / seconds, at(0.5), at(0.99));
    std::fflush(stdout);
}

boost::asio::awaitable<void>
measure(redis_log& log, std::chrono::seconds each, std::vector<std::size_t> sizes)
{
    for (const auto size : sizes) {
        const auto leased = co_await log.lease(token, lease_for);
        if (!leased || !leased->is_ours)
            throw std::runtime_error{"no lease"};
        position_source positions{leased->state.top};
        std::vector<double> took_us;
        const auto began = steady::now();
        auto now = began;
        while (now - began < each) {
            const auto after = positions.last();
            const auto batch = batch_of(positions, size);
            const auto asked = steady::now();
            const auto answer = co_await log.append(token, after, batch);
            now = steady::now();
            if (!answer || answer->how != append_answer::outcome::done)
                throw std::runtime_error{"not appended"};
            took_us.push_back(std::chrono::duration<double, std::micro>(now - asked).count());
        }
        print(size, took_us, std::chrono::duration<double>(now - began).count());
    }
}

}  // namespace

int main(int count, char** values)
try {
    const std::vector<std::string> words(values + 1, values + count);
    if (words.size() < 3)
        throw std::invalid_argument{"usage: relay_figures REDIS_URL SECONDS BATCH..."};
    std::vector<std::size_t> sizes;
    for (std::size_t i = 2; i < words.size(); ++i)
        sizes.push_back(std::stoul(words[i]));
    boost::asio::io_context io;
    const telemetry::logger lines{telemetry::log_level::error, telemetry::log_format::text};
    auto trust = net::make_tls_context("");
    redis_log log{io.get_executor(), settings_of(words[0]), trust, lines, [] { return 0.5; }};
    std::exception_ptr failed;
    boost::asio::co_spawn(
        io, measure(log, std::chrono::seconds{std::stoul(words[1])}, sizes),
        [&](std::exception_ptr why) {
            failed = why;
            io.stop();
        });
    io.run();
    if (failed)
        std::rethrow_exception(failed);
    return 0;
} catch (const std::exception& e) {
    std::fprintf(stderr, "relay_figures: %s\n", e.what());
    return 1;
}
