// The server fetches the daily candles that an operator orders, one order at a time. What was put
// stays, whatever becomes of the order.
//
// Threads: begin() and now() on any; start() and stop() on any; all else on the strand of the
// gates.
#pragma once

#include "archiving.hpp"
#include "backfill.hpp"
#include "backfill_at_start.hpp"
#include "config/settings.hpp"
#include "feed/strand_task.hpp"
#include "web/backfill_desk.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace tickertape {

class backfill_on_demand final : public web::backfill_desk {
public:
    // Whether an operator may order any, and a provider of these settings has candles.
    static bool is_wanted(const config::settings& s);

    // All parts outlive this. Throws std::runtime_error, one line, if a CA file is bad.
    backfill_on_demand(const config::settings& s, const backfill_at_start::parts& of);

    reply begin(const web::backfill_order& wanted) override;
    web::backfill_report now() const override;

    void start();
    // Cancels what is under way. Soon after, the io_context has no work of this left.
    void stop();

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> carry_out(web::backfill_order order);
    void tell(const backfill::outcome& of);

    const backfill_at_start::parts of_;
    boost::asio::ssl::context trust_;
    std::vector<std::unique_ptr<feed::candle_source>> sources_;
    std::unique_ptr<candle_shelf> shelf_;
    boost::asio::steady_timer waiting_;  // for an order
    feed::strand_task task_;
    mutable std::mutex mutex_;  // of the members below
    web::backfill_report report_;
    std::optional<web::backfill_order> next_;
};

}  // namespace tickertape
