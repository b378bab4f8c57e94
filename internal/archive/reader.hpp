// Reads an archive through connections of its own, which cannot write. Every tick it gives has
// been verified; where something does not verify it gives less, and says so by the range.
//
// Threads: one, any, beside the store's.
#pragma once

#include "archive/inventory.hpp"
#include "archive/open_day.hpp"
#include "archive/sealed_day.hpp"
#include "archive/tick_reader.hpp"

#include <filesystem>
#include <list>
#include <memory>
#include <variant>

namespace tickertape::archive {

class reader final : public tick_reader {
public:
    // Files of days that are kept open.
    static constexpr std::size_t days_open_max = 4;
    // Rows of a day that is not sealed which one answer looks at, whichever symbols they are of. An
    // answer may therefore end before query.until without ticks_max ticks.
    static constexpr std::size_t rows_looked_at_max = 200'000;

    reader(
        std::filesystem::path directory, const symbol_table& symbols,
        std::shared_ptr<inventory> of);

    result<tape::past_batch> read(const tape::past_query& query) override;
    result<newest_ticks>
    newest(std::size_t per_symbol, std::size_t days_max = newest_days_max) override;

private:
    using sealed_ptr = std::unique_ptr<sealed_day>;
    using open_ptr = std::unique_ptr<open_day_scan>;
    struct opened {
        day_key key;
        day_form form;
        std::variant<sealed_ptr, open_ptr> file;
    };
    // What an answer has so far.
    struct progress_of;

    tape::past_batch read_known(const tape::past_query& query, position from, position limit);
    opened& open(const held_day& day);
    void read_sealed(const held_day& day, position limit, progress_of& answer);
    void read_open(const held_day& day, position limit, progress_of& answer);
    class newest_search;
    void report(const held_day& day, position from, position to, bool is_whole_file);

    std::filesystem::path directory_;
    const symbol_table& symbols_;
    std::shared_ptr<inventory> inventory_;
    unsigned eras_ = 0;
    std::list<opened> opened_;  // the one that was used last is first
};

}  // namespace tickertape::archive
