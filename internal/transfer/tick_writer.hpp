// Ticks to text in one of the formats. What is written can be read again, with the same prices and
// the same positions. No I/O.
#pragma once

#include "transfer/format.hpp"
#include "transfer/record.hpp"

#include <string>

namespace tickertape::transfer {

// Threads: one.
class tick_writer {
public:
    // Not for format::bitcoincharts.
    explicit tick_writer(format to);

    // Appends what comes before the first tick.
    void begin(std::string& to) const;
    void add(std::string& to, const record& r);
    // Appends what comes behind the last one.
    void end(std::string& to) const;

private:
    const format format_;
    bool is_first_ = true;
};

}  // namespace tickertape::transfer
