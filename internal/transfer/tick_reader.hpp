// Text in one of the formats to ticks. What cannot be read is named with its line and the reason,
// and reading goes on behind it. No I/O.
//
// Threads: one.
#pragma once

#include "transfer/format.hpp"
#include "transfer/record.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tickertape::transfer {

class tick_reader {
public:
    struct defaults {
        std::string symbol{};  // of a text that names none; empty: each names one
        std::string source{"import"};
    };
    // Each tick with the line it begins in, counted from 1.
    using on_tick = std::function<void(std::uint64_t line, record&& r)>;
    using on_bad = std::function<void(std::uint64_t line, const std::string& why)>;

    tick_reader(format from, defaults otherwise, on_tick take, on_bad complain);
    ~tick_reader();
    tick_reader(const tick_reader&) = delete;
    tick_reader& operator=(const tick_reader&) = delete;

    void feed(std::string_view bytes);
    // The text is over.
    void finish();

private:
    struct impl;

    std::unique_ptr<impl> impl_;
};

}  // namespace tickertape::transfer
