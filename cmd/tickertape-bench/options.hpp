// The command line of tickertape-bench.
#pragma once

#include "tickertape-bench/event_scanner.hpp"

#include <chrono>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace tickertape::bench {

struct options {
    std::string url;
    std::size_t connections = 1'000;
    std::size_t stalled = 0;  // of connections that never read, beside the others
    double ramp = 0;          // connections begun in a second; 0: all at once
    std::chrono::milliseconds warmup{2'000};
    std::chrono::milliseconds duration{10'000};
    std::chrono::milliseconds settle{3'000};  // for ticks that were due before the end
    std::chrono::milliseconds connect_within{60'000};
    std::uint64_t each =
        0;                 // not 0: from the first connect until each subscriber has so many ticks
    double expect = 0;     // ticks a second that are due; 0: unknown
    unsigned sources = 1;  // loopback addresses to connect from
    std::string since;     // is in the URL already
    std::vector<std::string> headers;
    std::vector<std::string> symbols;
    std::vector<int> pids;
    stamp_kind by = stamp_kind::price;
    std::uint64_t seed = 1;
    std::string ca;
    bool insecure = false;
    bool json = false;
    bool help = false;
};

// Of one option, in one line.
class bad_option : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Takes --name value and --name=value. Throws bad_option.
options parse_options(std::span<const char* const> arguments);

std::string usage();

}  // namespace tickertape::bench
