// Puts ticks of other times into an archive that nobody else uses: all ticks of a day, or none.
//
// Ticks are collected in a file first, in any order and number, so that nothing is written to the
// archive before everything has been read. Each day becomes a sealed day file. A day of which the
// archive has ticks already is left alone if it has all of these, and refused otherwise. So an
// import that was cut short is done again, and goes on where it was.
//
// Errors: archive_errc, with a text for the operator. Threads: one.
#pragma once

#include "archive/database.hpp"
#include "archive/day.hpp"
#include "archive/store.hpp"
#include "archive/survey.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::archive {

class tick_import {
public:
    struct tick {
        std::string symbol;  // as in symbol_table
        price value;
        wall_time at;
        std::string source;
        unsigned combined = 0;
        std::optional<position> id;  // empty: the next one of its millisecond
    };

    // Collects in that directory, which is emptied first and removed at the end. To adopt days it
    // lies on the file system of the archive.
    static result<std::unique_ptr<tick_import>> begin(const std::filesystem::path& workplace);
    ~tick_import();
    tick_import(const tick_import&) = delete;
    tick_import& operator=(const tick_import&) = delete;

    result<void> add(const tick& t);
    std::uint64_t size() const noexcept { return added_; }
    // Of all that was added, as symbol_table takes them.
    const std::vector<std::string>& symbols() const noexcept { return symbols_.names; }

    struct day_plan {
        utc_day day;
        std::uint64_t ticks = 0;
        bool is_there = false;  // the archive has all of them
        std::string refused;    // why it cannot be imported; empty: it can
    };
    // What is to be done for each day, in order. Nothing is changed. `symbols` has symbols() and
    // those of the survey.
    result<std::vector<day_plan>> plan(const survey& into, const symbol_table& symbols);
    // Does it, for days that are neither there nor refused. `done` is told of each.
    result<void>
    run(store& into, feed_kind kind, const symbol_table& symbols, const std::vector<day_plan>& days,
        const std::function<void(const day_plan&)>& done);

private:
    struct numbered_names {
        std::vector<std::string> names;
        std::map<std::string, std::int64_t, std::less<>> numbers;
        std::int64_t number_of(const std::string& name);
    };
    class day_ticks;

    explicit tick_import(const std::filesystem::path& workplace);
    void sort();

    std::filesystem::path workplace_;
    std::unique_ptr<database> spool_;
    std::unique_ptr<statement> insert_;
    numbered_names symbols_;
    numbered_names sources_;
    std::vector<unsigned> combined_;  // by the number of the source
    std::uint64_t added_ = 0;
    bool is_sorted_ = false;
};

}  // namespace tickertape::archive
