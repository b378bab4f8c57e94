// Carries what the feeds of the market and of news show to where it outlives the process, and back
// at the start.
//
// Threads: the main thread, which the feeds' strand is on.
#pragma once

#include "archive/text_keeper.hpp"
#include "archive/text_store.hpp"
#include "core/tally.hpp"
#include "feed/kept_figures.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape {

class kept_market {
public:
    struct parts {
        std::vector<feed::kept_figures*> figures;
        boost::asio::io_context& main;
        const telemetry::logger& log;
        telemetry::metrics& counters;
        // Whether what is shown is to be kept: no other process keeps it in the same place.
        std::function<bool()> writes;
    };

    // Gives the feeds, which have not begun yet, what the store has. All parts outlive this. No
    // store: nothing is kept.
    kept_market(parts of, std::unique_ptr<archive::text_store> store);

    void start();
    // Nothing of this is on the io_context any more, soon.
    void end_soon();
    // Keeps what was shown last, and ends. After the io_context has run out of its work, and before
    // the archive is stopped.
    void stop();

private:
    void restore(archive::text_store& from);
    void look_again();
    void keep_changed();
    void publish_figures();

    const parts of_;
    std::unique_ptr<archive::text_keeper> keeper_;  // null: there is no store
    std::vector<std::uint64_t> kept_;  // by figures: their changes() when they were kept
    boost::asio::steady_timer again_;
    bool is_ending_ = false;
    tally restored_;
    tally unreadable_;
    tally too_long_;
};

}  // namespace tickertape
