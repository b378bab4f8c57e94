// Rows of a recorded CSV file, without its header line.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tickertape::testing {

inline std::vector<std::vector<std::string>> recorded_rows(const std::string& name)
{
    std::ifstream file{TICKERTAPE_FIXTURES "/history/" + name};
    if (!file)
        throw std::runtime_error{"no fixture " + name};
    std::vector<std::vector<std::string>> rows;
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        auto& row = rows.emplace_back(1);
        for (const char c : line)
            if (c == ',')
                row.emplace_back();
            else
                row.back() += c;
    }
    return rows;
}

}  // namespace tickertape::testing
