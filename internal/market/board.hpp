// The newest table for those who ask, and whether anybody does.
//
// Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/watched_board.hpp"
#include "market/table.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace tickertape::market {

// Ids of coins, each once.
using coin_ids = std::shared_ptr<const std::set<std::string, std::less<>>>;

// A table and when it came. The whole may be of another moment and of another source.
struct snapshot {
    table coins;
    boot_time received;
    wall_time received_at;
    // How old its newest row was when it came; zero where the source says no time.
    std::chrono::milliseconds lag{0};
    // A table that came longer ago is stale.
    std::chrono::milliseconds stale_after;
    std::optional<totals> whole{};
    boot_time whole_received{};
    wall_time whole_received_at{};
    // Ids that earlier tables had and this one lacks, though the coins are there: it is of another
    // source, or lost rows. Null: none.
    coin_ids absent{};

    // Sources keep their answers for minutes. One that is older was kept by mistake.
    static constexpr std::chrono::minutes lag_max{30};

    // Of its newest row.
    std::chrono::milliseconds age(boot_time now) const noexcept
    {
        return std::max(now - received, std::chrono::milliseconds{0}) + lag;
    }
    bool is_stale(boot_time now) const noexcept
    {
        return now - received > stale_after || lag > lag_max;
    }
};

class board : public watched_board<snapshot> {
public:
    using watched_board::watched_board;
};

}  // namespace tickertape::market
