// What a cluster can be told.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tickertape::relay {

struct settings {
    settings();

    // Whether this instance is one of several at all.
    bool is_wanted() const noexcept { return !address.empty(); }

    std::string address;  // of the log or of another server; empty: none
    std::uint64_t entries_max = 1'000'000;
    std::chrono::milliseconds lease{3'000};
    std::optional<unsigned> slot;  // none: the first free one
    std::string name;              // of the cluster, the first word of its keys
    std::string instance;          // empty: the name of the host and the process
    std::chrono::milliseconds skew_max{500};
};

}  // namespace tickertape::relay
