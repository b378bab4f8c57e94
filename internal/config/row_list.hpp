// The rows of the settings table, group by group.
#pragma once

#include "config/feed_rules.hpp"
#include "config/table.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickertape::config {

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;
inline constexpr std::uint64_t gib = 1024 * std::uint64_t{mib};

struct row_list {
    std::vector<setting> rows;
    std::string_view group;

    // Its default is what the struct has that it is kept in.
    setting& add(std::string name, rule values, std::string meaning)
    {
        auto fallback = values.show(settings{});
        rows.push_back(
            {group, std::move(name), std::move(fallback), std::move(values), std::move(meaning)});
        return rows.back();
    }
};

void add_archive_rows(row_list& rows);
void add_relay_rows(row_list& rows);
void add_feed_rows(row_list& rows, std::span<const provider::row> providers);
void add_market_rows(row_list& rows);

}  // namespace tickertape::config
