// Candles as an archive's export writes them, each with its symbol, its length, its source and
// whether it is complete. What is written can be read again.
//
// CSV has a heading; JSON lines have an object each; JSON is {"version":1,"records":[...]} of such
// objects. No I/O.
//
// Threads: one for each object.
#pragma once

#include "series/history.hpp"
#include "transfer/format.hpp"
#include "transfer/splitter.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::transfer {

struct candle_record {
    std::string symbol;  // "BTC-USD"
    series::interval of{};
    series::candle value;
    std::string source;  // empty: made of our own ticks
};

class candle_writer {
public:
    // Not for format::bitcoincharts.
    explicit candle_writer(format to);

    // Appends what comes before the first candle.
    void begin(std::string& to) const;
    void add(std::string& to, const candle_record& c);
    // Appends what comes behind the last one.
    void end(std::string& to) const;

private:
    const format format_;
    bool is_first_ = true;
};

// The form of a text that begins so, and how long its candles are; nothing: it is none of these.
struct candle_text {
    format how{};
    std::optional<series::interval> of;  // none: it has no candle
};
std::optional<candle_text> candle_text_of(std::string_view begin);

class candle_record_reader {
public:
    struct expected {
        format from = format::csv;
        series::interval of = series::interval::h1;
        // A candle that is not over by then is refused.
        wall_time now;
    };
    // Each candle with its line, counted from 1, in the order of time within a symbol.
    using on_candle = std::function<void(std::uint64_t line, candle_record&& c)>;
    using on_bad = std::function<void(std::uint64_t line, const std::string& why)>;

    candle_record_reader(const expected& what, on_candle take, on_bad complain);
    ~candle_record_reader();
    candle_record_reader(const candle_record_reader&) = delete;
    candle_record_reader& operator=(const candle_record_reader&) = delete;

    void feed(std::string_view bytes);
    // The text is over.
    void finish();

private:
    struct impl;

    std::unique_ptr<impl> impl_;
};

}  // namespace tickertape::transfer
