// What the directory of an archive holds, found without the store: beside a server that writes to
// it as well as where none runs. Nothing in it is changed.
//
// Threads: one.
#pragma once

#include "archive/candle_survey.hpp"
#include "archive/catalogue.hpp"
#include "archive/errors.hpp"
#include "archive/inventory.hpp"
#include "archive/kind.hpp"
#include "core/symbol.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::archive {

class reader;

// A line about a file of the archive.
struct finding {
    std::filesystem::path file;
    std::string text;
    bool is_wrong;  // false: it is as it should be, or recorded long ago
};

struct survey {
    std::filesystem::path directory;
    feed_kind kind = feed_kind::live;
    // Days and holes as readers see them; days of open form end at the last tick of this moment,
    // and their ticks and bytes are known too.
    holdings held;
    position last;
    std::vector<life> lives;
    // The names that the day files have, each once.
    std::vector<std::string> symbols;
    candle_survey candles;
    // What could not be looked at.
    std::vector<finding> trouble;
    std::uint64_t bytes = 0;          // of all day files
    std::uint64_t damaged_files = 0;  // in damaged/
    bool is_in_use = false;           // another process holds LOCK
};

// Errors: not_accessible if there is no archive, other_kind.
result<survey> look_at(const std::filesystem::path& directory, feed_kind kind);

// What is wrong with a directory that was copied, read back; none: nothing is.
struct copy_check {
    survey found;
    std::optional<finding> wrong;
};
// Errors: as of look_at() and verify().
result<copy_check> check_copy(const std::filesystem::path& directory, feed_kind kind);

// Reads everything and says what does not verify, what is missing, and which days have
// several parts. `progress` is told how many files have been read.
result<std::vector<finding>> verify(
    const survey& of, const std::function<void(std::size_t done, std::size_t all)>& progress = {});

// Reads what the survey found. `symbols` outlives the reader.
std::unique_ptr<reader> make_reader(const survey& of, const symbol_table& symbols);

}  // namespace tickertape::archive
