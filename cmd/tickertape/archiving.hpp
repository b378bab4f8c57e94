// The archive of this process. Ticks of before are put on the tapes at the start; new ones are
// shown when the archive has them, or when it took too long.
//
// Threads: the main thread. The recorder and the reader of the past have threads of their own.
#pragma once

#include "archive/candle_keeper.hpp"
#include "archive/history_reader.hpp"
#include "archive/kind.hpp"
#include "archive/past_reader.hpp"
#include "archive/recorder.hpp"
#include "archive/repository.hpp"
#include "archive/settings.hpp"
#include "core/clock.hpp"
#include "tape/commit_gate.hpp"
#include "tape/tape_writer.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "web/archive_report.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace tickertape {

class archiving final : private tape::bell {
public:
    struct parts {
        tape::tapes& ticks;
        source_table& sources;
        const clock& time;
        boost::asio::io_context& main;
        const telemetry::logger& log;
        telemetry::metrics& figures;
        // The cluster whose instances may share the archive; empty: this one has it for itself.
        std::string cluster{};
    };

    // Opens the archive of that kind of feed and restores the tapes, which nobody reads yet. All
    // parts outlive this. Throws std::runtime_error with one line.
    archiving(const archive::settings& s, archive::feed_kind kind, const parts& of);
    ~archiving();

    // Where ticks are that the tapes no longer hold.
    tape::past& past() noexcept { return *past_; }
    // Candles and statistics.
    series::history& history() noexcept { return *history_; }

    // How it is now. Threads: any, once keep() was called.
    web::archive_report report() const;

    // The last price that is known of a symbol, also from before a hole; none: there is none.
    // For the start.
    std::optional<price> last_price(symbol_id of) const;

    // Where texts are kept. For the start.
    std::unique_ptr<archive::text_store> texts() const { return store_->texts(); }

    // Gives work on candles.db to the thread that writes it: as candle_keeper::offer().
    bool offer(archive::candle_keeper::work piece) { return candles_->offer(std::move(piece)); }

    // Whether this instance leads its cluster: it should write an archive that they share then.
    void lead(bool leads) noexcept { store_->prefer_to_write(leads); }
    // Whether it writes the archive: no other instance does. Threads: any.
    bool writes() const noexcept { return store_->writes(); }

    // No id of an event that anybody has been sent is later. Threads: any.
    position present() const
    {
        return std::max(position::at(of_.time.wall_now()), of_.ticks.committed());
    }
    // Which closed candles were changed or added since the start. Threads: any.
    const series::change_log& changes() const noexcept { return candles_->board().changes(); }

    // Keeps what is written from now on. The writer outlives this.
    void keep(tape::tape_writer& of);
    // From now on nothing waits for the archive: nobody is there to be shown a tick.
    void end_soon();
    // The process is to end: what cannot be reached is not waited for any more.
    void hasten() noexcept { store_->end_soon(); }
    // Writes what is left and says that nothing is missing. The writer shows all there is. To be
    // called while those who asked for the past are still there, and ask no more.
    void stop();

private:
    std::unique_ptr<archive::repository> open(wall_time now) const;
    void restore(clock_reading now);
    void keep_candles();
    std::string_view last_life() const noexcept;
    void publish_figures();
    void publish_candle_figures();
    void ring() noexcept override;
    void arm();
    void take_kept();
    void note(std::optional<tape::commit_gate::change> change);

    const archive::settings settings_;
    const archive::feed_kind kind_;
    const parts of_;
    std::unique_ptr<archive::repository> store_;
    std::unique_ptr<archive::tick_reader> reader_;  // of past_
    std::unique_ptr<archive::past_reader> past_;
    std::optional<symbol_table> candle_symbols_;
    std::unique_ptr<archive::tick_reader> candle_ticks_;  // of candles_
    std::unique_ptr<archive::candle_keeper> candles_;
    std::unique_ptr<archive::tick_reader> statistics_ticks_;  // of history_
    std::unique_ptr<archive::tick_reader> page_ticks_;        // of history_
    std::unique_ptr<archive::history_reader> history_;
    std::size_t restored_ = 0;  // ticks, at the start
    tape::tape_writer* writer_ = nullptr;
    std::optional<tape::commit_gate> gate_;
    std::optional<archive::recorder> recorder_;
    boost::asio::steady_timer due_;
    bool is_armed_ = false;
    bool is_ending_ = false;
    // By the recorder's thread: the newest position that is kept, and whether a call to take it is
    // on its way to the main thread.
    std::atomic<std::uint64_t> kept_{0};
    std::atomic<bool> is_posted_{false};
    std::atomic<std::uint64_t> passed_{0};
    std::atomic<bool> is_passing_{false};
};

}  // namespace tickertape
