// Bitcoin's key figures at one moment, asked for by name.
#pragma once

#include "bodies.hpp"
#include "core/clock.hpp"
#include "market/kpis.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string_view>

namespace tickertape::testing {

inline const wall_time now = at("2026-10-05T09:41:44Z");
inline constexpr boot_time boot_now{std::chrono::hours{1000}};
inline const std::chrono::sys_days today = std::chrono::floor<std::chrono::days>(now);

inline market::kpi figure(
    const market::kpi_parts& parts, std::string_view name, wall_time when = now,
    boot_time boot = boot_now)
{
    const auto all = market::kpis_of(parts, when, boot);
    const auto found = std::ranges::find(all, name, &market::kpi::name);
    REQUIRE(found != all.end());
    return *found;
}

inline bool is_near(const std::optional<double>& value, double expected)
{
    return value && std::abs(*value - expected) <= std::abs(expected) * 1e-12;
}

}  // namespace tickertape::testing
