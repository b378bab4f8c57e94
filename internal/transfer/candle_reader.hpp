// Text with the candles of one market, as exchanges give it, to candles. What cannot be read or
// cannot be is named with its line and the reason, and reading goes on behind it. No I/O.
//
// A row in which nothing was traded is no candle: exchanges fill such a time with the price before
// it. It is left out and counted.
//
// Threads: one.
#pragma once

#include "series/candle.hpp"
#include "series/interval.hpp"
#include "transfer/splitter.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::transfer {

// The forms of candles. Each may have a heading, which names the columns in any order; without one
// they are in this order.
enum class candle_format {
    coinbase,  // time,low,high,open,close,volume: time in seconds
    binance,   // open_time,open,high,low,close,volume,close_time and five more: in ms or us
    kraken,    // time,open,high,low,close,volume,trades, perhaps vwap before volume: in seconds
};

// "coinbase", "binance", "kraken".
std::string_view text_of(candle_format f) noexcept;
std::optional<candle_format> parse_candle_format(std::string_view text) noexcept;

// What the first two lines of a text say for certain.
struct candle_guess {
    bool is_candles = false;  // though it may not be certain whose
    std::optional<candle_format> whose;
    std::optional<series::interval> of;
};
candle_guess guess_candles(std::string_view first_line, std::string_view second_line);

class candle_reader {
public:
    struct expected {
        candle_format from = candle_format::coinbase;
        series::interval of = series::interval::d1;
        // A candle that is not over by then is refused.
        wall_time now;
    };
    // Each candle with its line, counted from 1, in the order of time. `ticks` is 0: nobody says.
    using on_candle = std::function<void(std::uint64_t line, const series::candle& c)>;
    using on_bad = std::function<void(std::uint64_t line, const std::string& why)>;

    candle_reader(const expected& what, on_candle take, on_bad complain);

    void feed(std::string_view bytes);
    // Fewer candles than this may lie as far apart as longer ones by chance.
    static constexpr std::size_t doubted_min = 10;
    // The text is over. Candles that all lie as those of a longer interval do are complained of:
    // such a text is that of another interval.
    void finish();
    // Rows in which nothing was traded.
    std::uint64_t left_out() const noexcept { return left_out_; }

private:
    struct row;

    void give(const piece& p);
    void watch_distance(series::candle_time opens);
    // What is wrong with it; empty: nothing.
    std::string read_heading(const std::vector<std::string>& fields);
    std::string read(const std::vector<std::string>& values, std::uint64_t line);
    std::string read_time(const std::vector<std::string>& values, row& to) const;
    std::string read_prices(const std::vector<std::string>& values, row& to) const;
    std::string_view
    value_of(const std::vector<std::string>& values, std::string_view column) const;

    const expected what_;
    const on_candle take_;
    const on_bad complain_;
    line_splitter lines_;
    // The place of each column; empty until the first line has been read.
    std::map<std::string, std::size_t, std::less<>> columns_;
    std::size_t width_ = 0;  // fields of a line, where there is no heading
    bool is_first_ = true;
    bool is_refused_ = false;  // no such columns: one complaint is enough
    std::optional<series::candle_time> last_;
    std::size_t rows_ = 0;
    std::chrono::seconds nearest_ = std::chrono::seconds::max();  // of two rows, their distance
    std::array<bool, series::intervals.size()> is_off_grid_{};    // some row is none of that length
    std::uint64_t last_line_ = 0;
    std::uint64_t left_out_ = 0;
};

}  // namespace tickertape::transfer
