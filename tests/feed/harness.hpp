// Everything a feed needs around it, and a sink that remembers.
#pragma once

#include "feed/feed.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <string>
#include <vector>

namespace tickertape::testing {

// Real time, but for clocks that a test may move.
struct test_clock final : clock {
    std::chrono::milliseconds wall_offset{0};
    std::chrono::milliseconds steady_offset{0};

    wall_time wall_now() const noexcept override
    {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) +
               wall_offset;
    }
    steady_time steady_now() const noexcept override
    {
        return std::chrono::steady_clock::now() + steady_offset;
    }
};

struct recording_sink final : tick_sink {
    std::vector<observation> seen;
    std::function<void()> on_publish = [] {};

    void publish(const observation& o) noexcept override
    {
        seen.push_back(o);
        on_publish();
    }
};

struct harness {
    explicit harness(const std::vector<std::string>& names = {"BTC-USD"})
        : symbols{symbol_table::from(names).value()}
    {
    }

    feed::feed_context context()
    {
        return {boost::asio::make_strand(io), sink, symbols, sources, time, log, counters, reports};
    }
    // Runs the feed until it stopped by itself or by stop(); fails the test if it takes too long.
    bool run_to_the_end(std::chrono::milliseconds at_most = std::chrono::seconds{5})
    {
        io.restart();
        io.run_for(at_most);
        return io.stopped();
    }
    double counted(const std::string& line_begin)
    {
        const auto text = counters.text();
        const auto at = text.find("\n" + line_begin + " ");
        return at == std::string::npos ? -1 : std::stod(text.substr(at + line_begin.size() + 2));
    }

    boost::asio::io_context io{1};
    recording_sink sink;
    symbol_table symbols;
    source_table sources;
    test_clock time;
    telemetry::logger log{telemetry::log_level::error, telemetry::log_format::text};
    telemetry::metrics counters;
    feed_report_board reports;
};

}  // namespace tickertape::testing
