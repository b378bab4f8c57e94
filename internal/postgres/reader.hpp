// Reads the ticks of an archive in PostgreSQL through a connection of its own. What it may read the
// store says, in the inventory.
//
// Threads: one, any, beside the store's.
#pragma once

#include "archive/inventory.hpp"
#include "archive/tick_reader.hpp"
#include "postgres/connection.hpp"
#include "postgres/names.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace tickertape::postgres {

class reader final : public archive::tick_reader {
public:
    // Rows that one answer looks at, whichever symbols they are of. An answer may therefore end
    // before query.until without ticks_max ticks.
    static constexpr std::size_t rows_looked_at_max = 200'000;
    // Up to so many symbols are looked up one by one.
    static constexpr std::size_t few_symbols = 8;
    // Of the newest ticks of all symbols, with one question: a question is answered while the
    // answer to the one before is taken.
    static constexpr std::size_t newest_at_once = 50'000;
    // After a failure nobody is kept waiting for another one: questions fail at once until then.
    static constexpr std::chrono::milliseconds retry{1'000};

    // Connects when it is asked first. The table outlives this.
    // `is_shared`: another process may drop days.
    reader(
        connection::terms of, const symbol_table& symbols,
        std::shared_ptr<const archive::inventory> holds, bool is_shared = false);

    archive::result<tape::past_batch> read(const tape::past_query& query) override;
    archive::result<archive::newest_ticks>
    newest(std::size_t per_symbol, std::size_t days_max) override;

private:
    template <class F>
    auto asking(F ask) -> archive::result<decltype(ask())>;
    void attach();
    void add(const rows& found, tape::past_batch& to);
    bool is_dropped(archive::utc_day day);
    void add_newest(position until, std::size_t per_symbol, archive::newest_ticks& to);
    void
    add_newest_of(symbol_id symbol, position until, std::size_t most, archive::newest_ticks& to);
    void take(const rows& found, std::size_t most, archive::newest_ticks& to);

    const connection::terms terms_;
    const symbol_table& symbols_;
    const std::shared_ptr<const archive::inventory> inventory_;
    const bool is_shared_;
    std::unique_ptr<connection> connection_;
    std::optional<names> names_;
    std::chrono::steady_clock::time_point not_before_{};
    // While newest() runs: how many ticks of each symbol it has, and the numbers of their sources.
    std::vector<std::size_t> counts_;
    std::map<std::int64_t, std::uint32_t> sources_;
};

}  // namespace tickertape::postgres
