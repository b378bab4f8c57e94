// Figures that outlive the process, and that the instances of a cluster have from their leader: a
// feed writes them as a text, and takes such a text as if it had asked for them itself when they
// were received.
//
// Threads: the strand of the feed.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::feed {

class kept_figures {
public:
    virtual ~kept_figures() = default;

    // By which the text is kept: a literal, of small letters and _.
    virtual std::string_view name() const noexcept = 0;
    // Another number after each change. 0: there is nothing to write yet.
    virtual std::uint64_t changes() const noexcept = 0;
    // Where changes() is not 0.
    virtual std::string write() const = 0;
    // Shows them, unless what is shown is newer. Returns why the text cannot be read; nothing is
    // changed then.
    virtual std::optional<fetch_error> take(std::string_view text) = 0;

    // Whether somebody reads them here, and that somebody does on another instance.
    virtual bool is_read_here(boot_time) const { return false; }
    virtual void note_reader_elsewhere(boot_time) {}
};

}  // namespace tickertape::feed
