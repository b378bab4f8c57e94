// Recorded bodies, as they came.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace tickertape::testing {

inline std::string fixture(const std::string& name)
{
    std::ifstream file{TICKERTAPE_FIXTURES "/upstreams/" + name, std::ios::binary};
    if (!file)
        throw std::runtime_error{"no fixture " + name};
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

}  // namespace tickertape::testing
