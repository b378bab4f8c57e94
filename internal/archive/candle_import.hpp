// Puts candles that somebody else made into a candles.db that nobody else uses: all of them or
// none. They are all of one length, of any symbols and sources.
//
// They never stand in for others unless `replace` says so. Longer candles follow where every piece
// of theirs is there and of the same source. All is one transaction, so what was put is undone by
// the destructor, and by the end of the process, unless commit() was called.
//
// All functions throw thrown_failure. Threads: that of the candle_file.
#pragma once

#include "archive/candle_file.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tickertape::archive {

class candle_import {
public:
    // Candles of a series that are collected before they are put.
    static constexpr std::size_t rows_max = 4'096;

    struct terms {
        symbol_id symbol;
        series::interval of;
        std::string source;  // not empty
        bool replace = false;
        // No id of a candle that anybody has been sent is later.
        position now;
    };
    struct counts {
        std::size_t put = 0;
        std::size_t kept = 0;    // another candle was there, and stays
        std::size_t longer = 0;  // that followed
    };

    candle_import(candle_file& into, terms of);
    ~candle_import();
    candle_import(const candle_import&) = delete;
    candle_import& operator=(const candle_import&) = delete;

    // In the order of time, as long as it is one text; another one may begin earlier.
    void add(const series::candle& c) { add(c, terms_.symbol, terms_.source); }
    // Of another symbol, or from another source, which is not empty.
    void add(const series::candle& c, symbol_id symbol, const std::string& source);
    counts commit();
    // Forces to the disk what was committed. If it throws, the candles are there all the same until
    // the power is lost.
    void sync();

private:
    // The candles of a symbol and a source.
    struct series_of {
        std::vector<candle_row> rows{};  // that are not put yet
        // What was added: buckets that open at or after `from` and before `until`.
        series::candle_time from = series::candle_time::max();
        series::candle_time until{};
        std::size_t put = 0;
    };
    using key = std::pair<symbol_id, std::string>;

    void flush(const key& of, series_of& what);
    void put_all_longer(const key& of, const series_of& what);
    std::size_t put_longer(
        const key& of, const series_of& what, series::interval longer, series::interval finer);

    candle_file& into_;
    const terms terms_;
    std::map<key, series_of> series_;
    counts counts_;
    bool is_open_ = false;
};

}  // namespace tickertape::archive
