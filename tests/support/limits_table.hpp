// Reads the tables of limits in the documents, and writes figures of the code as those tables do.
#pragma once

#include "support/catch.hpp"

#include <chrono>
#include <cstddef>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::testing {

// "15 s", "2,048", "0.1 ms"
using figures = std::vector<std::string>;

struct limits_row {
    std::vector<std::string> cells;  // the limit, its value, what happens, how it is counted

    // In the order of the value's text.
    figures of_value() const
    {
        static const std::regex figure{R"(\b[0-9][0-9,.]*( (ms|s|min|h|d|KiB|MiB|%))?(?=[^\w]|$))"};
        figures all;
        const auto& value = cells.at(1);
        for (std::sregex_iterator found{value.begin(), value.end(), figure}, end; found != end;
             ++found) {
            auto text = found->str();
            if (text.ends_with(',') || text.ends_with('.'))
                text.pop_back();
            all.push_back(std::move(text));
        }
        return all;
    }
};

// The rows of the table under that heading, by the names of their limits. Each has four cells, and
// none is empty.
inline std::map<std::string, limits_row>
limits_rows(std::string_view page, std::string_view heading)
{
    std::ifstream file{TICKERTAPE_ROOT "/docs/" + std::string{page}};
    REQUIRE(file);
    std::map<std::string, limits_row> rows;
    std::string line;
    while (std::getline(file, line) && line != heading) {
    }
    while (std::getline(file, line) && !line.starts_with("## ")) {
        if (!line.starts_with("| ") || line.starts_with("| ---") || line.starts_with("| limit"))
            continue;
        limits_row r;
        for (std::size_t from = 1; from < line.size();) {
            const auto bar = line.find('|', from);
            auto cell = line.substr(from, bar - from);
            cell.erase(0, cell.find_first_not_of(' '));
            cell.erase(cell.find_last_not_of(' ') + 1);
            r.cells.push_back(std::move(cell));
            from = bar + 1;
        }
        CAPTURE(line);
        REQUIRE(r.cells.size() == 4);
        for (const auto& cell : r.cells)
            CHECK_FALSE(cell.empty());
        const auto name = r.cells.at(0);
        CHECK(rows.emplace(name, std::move(r)).second);
    }
    return rows;
}

// The table has these limits and no others, with these figures.
inline void check_limits(
    const std::map<std::string, limits_row>& rows, const std::map<std::string, figures>& coded)
{
    for (const auto& [name, row] : rows) {
        CAPTURE(name);
        CHECK(coded.contains(name));
    }
    for (const auto& [name, expected] : coded) {
        CAPTURE(name);
        REQUIRE(rows.contains(name));
        CHECK(rows.at(name).of_value() == expected);
    }
}

// "2,048"
inline std::string count(std::size_t n)
{
    auto text = std::to_string(n);
    for (auto at = text.size(); at > 3; at -= 3)
        text.insert(at - 3, ",");
    return text;
}

// As people say it: "90 d", "72 h", "10 min", "60 s", "200 ms".
inline std::string time(std::chrono::milliseconds span)
{
    using namespace std::chrono_literals;
    const auto in = [&](std::chrono::milliseconds unit, const char* name) {
        return std::to_string(span / unit) + " " + name;
    };
    if (span >= 24h * 7 && span % 24h == 0ms)
        return in(24h, "d");
    if (span >= 1h && span % 1h == 0ms)
        return in(1h, "h");
    if (span >= 2min && span % 1min == 0ms)
        return in(1min, "min");
    return span % 1s == 0ms ? in(1s, "s") : in(1ms, "ms");
}

// "16 MiB", "64 KiB", "512"
inline std::string size(std::size_t bytes)
{
    if (bytes % 1024 != 0)
        return count(bytes);
    return bytes % (1024 * 1024) == 0 ? std::to_string(bytes / 1024 / 1024) + " MiB"
                                      : std::to_string(bytes / 1024) + " KiB";
}

}  // namespace tickertape::testing
