// What the imports of ticks and of candles have in common: the files that are read, the lines that
// are refused, and which of the two is meant. Threads: one.
#pragma once

#include "tools.hpp"
#include "transfer/candle_reader.hpp"
#include "transfer/candle_record.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape {

// Names the first bad lines and counts the others.
class bad_lines {
public:
    static constexpr std::uint64_t named_max = 20;

    void add(const std::string& file, std::uint64_t line, const std::string& why);
    std::uint64_t count() const noexcept { return count_; }

private:
    std::uint64_t count_ = 0;
};

// Reads a file, or standard input where it is called "-", and shows how far it is. Throws
// std::runtime_error with what the system said.
void read_import(
    const std::string& file, const clock& time, const std::function<void(std::string_view)>& take);

// What to tell where all was imported, and the disk failed to confirm it.
std::string not_synced(const std::string& why);

// --symbol as symbol_table has it; empty: there is none. Throws bad_flag.
std::string symbol_of_call(const command_call& call);

// Throws std::runtime_error while a server uses the archive.
void check_is_free(const tool_context& c);

struct candle_files {
    // Whose form they have; none: that of our own export, which says symbols and sources itself.
    std::optional<transfer::candle_format> from;
    series::interval of;
};
// Whose candles the files have, and of which length; none: they have ticks. Throws bad_flag where
// that is not certain.
std::optional<candle_files> candles_of_call(const tool_context& c);

// Of exported candles: whether they are CSV, JSON or JSON lines.
transfer::format exported_format(const std::string& file);

int import_candles(const tool_context& c, const candle_files& what);

}  // namespace tickertape
