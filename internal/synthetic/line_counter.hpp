// tickertape_feed_lines_total: what became of the lines of an input.
#pragma once

#include "synthetic/errors.hpp"
#include "telemetry/metrics.hpp"

#include <string>

namespace tickertape::synthetic {

class line_counter {
public:
    line_counter(telemetry::metrics& counters, const std::string& feed)
        : ok_{of(counters, feed, "ok")}, bad_{of(counters, feed, "bad")},
          unknown_symbol_{of(counters, feed, "unknown_symbol")}
    {
    }

    void ok() { ok_.Increment(); }
    void failed(const boost::system::error_code& why)
    {
        (why == synthetic_errc::unknown_symbol ? unknown_symbol_ : bad_).Increment();
    }

private:
    static prometheus::Counter&
    of(telemetry::metrics& counters, const std::string& feed, const std::string& outcome)
    {
        return counters.counter(
            "tickertape_feed_lines_total", "Lines read by a feed, by what became of them",
            {{"feed", feed}, {"outcome", outcome}});
    }

    prometheus::Counter& ok_;
    prometheus::Counter& bad_;
    prometheus::Counter& unknown_symbol_;
};

}  // namespace tickertape::synthetic
