// What stands in the file of a day besides its ticks: a heading, the names of symbols and sources
// by the numbers that stand for them in the file's rows, and the holes that were recorded while
// it was written. A day file is complete in itself: no other file is needed to read it.
//
// All functions throw thrown_failure. Threads: one at a time.
#pragma once

#include "archive/database.hpp"
#include "archive/day.hpp"
#include "archive/hole.hpp"
#include "archive/kind.hpp"
#include "core/price.hpp"

#include <optional>
#include <span>
#include <vector>

namespace tickertape::archive {

struct day_heading {
    feed_kind kind;
    day_key key;
    // The last tick of the archive before the first of this file, so that a missing file is seen.
    position previous;
    // The damaged part of the same day of which this file has what was good.
    std::optional<unsigned> replaces;
};

// More names than that in a day are refused: archive_errc::out_of_range.
inline constexpr std::int64_t day_names_max = 65'535;

// A name and its check, which goes into the check of each row that uses it.
struct stored_name {
    std::string name;
    unsigned combined = 0;
    std::uint32_t check = 0;
};
stored_name symbol_name(std::string_view name);
stored_name source_name(std::string_view name, unsigned combined);

// Numbers are 1, 2, 3, ...
struct day_names {
    std::vector<stored_name> symbols;
    std::vector<stored_name> sources;

    // Null for a number that stands for nothing.
    static const stored_name*
    find(const std::vector<stored_name>& names, std::int64_t number) noexcept
    {
        return number < 1 || number > static_cast<std::int64_t>(names.size())
                   ? nullptr
                   : &names[static_cast<std::size_t>(number - 1)];
    }
};

// A tick as a row has it. Numbers of names are those of the file.
struct day_row {
    position at;
    double value;
    std::uint16_t symbol;
    std::uint16_t source;
};

// Of everything in a row and of the position of the row before it: a changed bit is found, and so
// is a row that has disappeared.
std::uint32_t row_check(
    position before, position at, double value, std::uint32_t symbol_check,
    std::uint32_t source_check) noexcept;

// Makes the file of a day, without ticks, and puts it into its place as a whole.
void create_open_day(const std::filesystem::path& directory, const day_heading& heading);

// The tables of a day in that form, and its heading.
void write_schema(database& to, const day_heading& heading, day_form form);
day_heading read_heading(const database& from);
day_names read_names(const database& from);
void write_names(database& to, const day_names& names);
// What a sealed file says of itself besides.
struct sealed_heading {
    position last;
    std::uint64_t ticks = 0;
};
void write_sealed_heading(database& to, const sealed_heading& heading);
sealed_heading read_sealed_heading(const database& from);
std::vector<hole> read_day_holes(const database& from);
void write_day_hole(database& to, const hole& h);

}  // namespace tickertape::archive
