// What the exports of ticks and of candles have in common: where the text goes, and the flags of
// both. Threads: one.
#pragma once

#include "core/position.hpp"
#include "tools.hpp"
#include "transfer/format.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace tickertape {

// Thrown where nobody reads what is written any more.
struct reader_left {};

// Standard output, or a file that gets its name once it is complete. Functions throw
// std::runtime_error with what the system said, and reader_left.
class export_output {
public:
    explicit export_output(const std::string& path);
    ~export_output();
    export_output(const export_output&) = delete;
    export_output& operator=(const export_output&) = delete;

    void write(std::string_view text);
    void finish();
    bool is_terminal() const;

private:
    [[noreturn]] void fail(const char* what) const;

    const std::string path_;
    int number_ = STDOUT_FILENO;
};

// By --format, or by the name of --output. Throws bad_flag.
transfer::format export_format(const tool_context& c);

// The time of --since or --until, where it is given. Throws bad_flag.
std::optional<position> time_of_flag(const tool_context& c, std::string_view flag);

// The symbols of --symbols, or all that are held. Throws bad_flag for one that is not.
std::vector<std::string> wanted_names(const tool_context& c, const std::vector<std::string>& held);

void export_candles(const tool_context& c);

}  // namespace tickertape
