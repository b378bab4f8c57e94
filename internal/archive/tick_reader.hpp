// Reads the ticks of an archive, beside the store that writes it.
//
// Threads: one, any, beside the store's.
#pragma once

#include "archive/errors.hpp"
#include "core/price.hpp"
#include "tape/past.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tickertape::archive {

// A tick whose source is a number in `newest_ticks::sources`.
struct newest_tick {
    position at;
    symbol_id symbol;
    std::uint32_t source;
    price value;
};

struct newest_ticks {
    struct source {
        std::string name;
        unsigned combined = 0;  // how many providers it combines
    };
    std::vector<newest_tick> ticks;  // in position order
    std::vector<source> sources;
    // Every tick of a symbol after it is there, or is older than as many as were asked for.
    position known_since;
};

class tick_reader {
public:
    virtual ~tick_reader() = default;

    // The contract of tape/past.hpp. query.until may lie behind what is archived: the answer ends
    // there then. Errors: busy, disk_failed; damage is no error, but a range that is not given.
    virtual result<tape::past_batch> read(const tape::past_query& query) = 0;

    // The newest ticks of each symbol, at most `per_symbol` of each, to fill the tapes with. Looks
    // at at most `days_max` days, and not beyond a hole.
    virtual result<newest_ticks> newest(std::size_t per_symbol, std::size_t days_max) = 0;

    static constexpr std::size_t newest_days_max = 2;
};

}  // namespace tickertape::archive
