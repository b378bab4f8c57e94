// The failures of one fetch, as the log says them: one line per cause, not one per symbol.
#pragma once

#include "core/fetch_error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tickertape::feed {

class failures {
public:
    // A line names at most this many symbols, and counts the others.
    static constexpr std::size_t names_max = 5;

    struct group {
        fetch_error error;
        std::string symbols;  // "BTC-USD,ETH-USD +3"
    };

    void add(std::string_view symbol, const fetch_error& error);
    std::vector<group> grouped() const;

private:
    struct counted {
        fetch_error error;
        std::string names;
        std::size_t count = 0;
    };

    std::vector<counted> causes_;
};

}  // namespace tickertape::feed
