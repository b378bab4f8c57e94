// An archive of one kind of feed as a whole, wherever it is kept: the store of its ticks, those who
// read them, its candles, and what is given up of it on purpose.
//
// Threads: one for the repository; readers on any other, each on one.
#pragma once

#include "archive/candle_store.hpp"
#include "archive/inventory.hpp"
#include "archive/text_store.hpp"
#include "archive/tick_reader.hpp"
#include "archive/tick_store.hpp"
#include "core/symbol.hpp"
#include "core/tally.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::archive {

// How the life before this one ended.
enum class ending {
    none,        // there was none
    clean,       // nothing is missing
    killed,      // the process ended, the system went on: nothing is missing
    power_lost,  // the system was started anew: what was not synced may be missing
    unknown,     // nothing says so; taken for a loss of power
};
std::string_view text_of(ending how) noexcept;

struct found_at_open {
    position last;    // positions go on after it
    position synced;  // of the life before
    ending how_it_ended = ending::none;
    bool is_same_boot = false;
    bool is_first_life = false;  // no server ran before; what is there was simulated
    std::vector<hole> holes;
    std::vector<std::string> remarks;  // a line each, for the operator
};

// What is given up on purpose, and what that depends on. All may be empty.
struct retention {
    // Days that have been over for longer are dropped, if there are ticks of as many days after
    // them; 0: none.
    std::chrono::milliseconds ticks{0};
    // Where ticks and candles take more, the oldest days are dropped, then 1m candles; 0: never.
    std::uint64_t bytes_most = 0;
    // Candles of ticks before that time are on the disk: a day after it is not dropped.
    std::function<wall_time()> candles_until;
    // Drops some 1m candles and returns how many.
    std::function<std::size_t()> drop_minutes;
    std::function<std::uint64_t()> candle_bytes;
    // Tells the operator, once.
    std::function<void(const std::string&)> say;
    // Told what was dropped, and what was found damaged while the process runs.
    std::function<void(const std::string&)> dropped{};
    std::function<void(const std::string&)> damaged{};
};

class repository : public tick_store {
public:
    // For any thread; as of the last keep_up().
    struct figures {
        tally days_dropped;
        tally damaged;  // days of ticks, or parts of one, that were found while the process runs
        std::atomic<std::uint64_t> sealed_days{0};
        std::atomic<std::uint64_t> tick_bytes{0};
        std::atomic<std::uint64_t> damaged_bytes{0};  // what was put away
        std::atomic<std::uint64_t> bytes{0};          // of all
        tally takeovers;  // how often this process began to write a shared one after another
    };

    virtual const found_at_open& found() const noexcept = 0;
    // What is held, for those who read. May outlive the repository.
    virtual std::shared_ptr<const inventory> holds() const noexcept = 0;
    virtual const figures& now() const noexcept = 0;
    virtual void set_retention(retention terms) = 0;
    // Keeps a line for the operator with the archive, for as long as it exists.
    virtual result<void> note(wall_time, const std::string&) { return {}; }

    // The process is to end: what cannot be reached is not waited for any more. Threads: any.
    virtual void end_soon() noexcept {}

    // Where several processes share it: whether it is this one that writes it now, and whether it
    // should be, rather than one that need not. Threads: any.
    virtual bool writes() const noexcept { return true; }
    virtual void prefer_to_write(bool) noexcept {}

    // Readers may outlive the repository. What they read ends where it did. The table, which may
    // have symbols that are no longer configured, outlives the reader.
    virtual std::unique_ptr<tick_reader> reader_of(const symbol_table& symbols) const = 0;
    // Where its candles are.
    virtual candle_place candles() const = 0;
    // Where it keeps texts. May outlive the repository.
    virtual std::unique_ptr<text_store> texts() const = 0;
};

}  // namespace tickertape::archive
