// Answers questions about prices of before from the archive: closed candles from its candle store,
// the forming one from its keeper, statistics from ticks where these are kept, and pages of ticks.
//
// Candles, statistics and ticks have a thread and a queue each, because statistics of a long time
// take seconds. Beyond `waiting_most` questions in a queue the next is refused at once.
//
// Threads: the questions from any; answers are given on its own threads.
#pragma once

#include "archive/candle_board.hpp"
#include "archive/inventory.hpp"
#include "archive/tick_page.hpp"
#include "series/history.hpp"
#include "tape/past.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace tickertape::archive {

class history_reader final : public series::history {
public:
    struct parts {
        candle_place place;
        const symbol_table& symbols;
        candle_board& board;
        std::shared_ptr<const inventory> holds;
        // Archived ticks, as of tape/past.hpp. Called on the thread of statistics alone.
        tick_source read;
        // The same for pages of ticks, called on their thread alone.
        tick_source read_page;
    };

    struct figures {
        std::atomic<std::uint64_t> answers{0};
        std::atomic<std::uint64_t> failures{0};
        std::atomic<std::uint64_t> refused{0};  // because too many waited
        std::atomic<std::uint64_t> damaged{0};  // ranges of candles that did not verify
    };

    // Of each kind.
    static constexpr std::size_t waiting_max = 1'024;
    // Ticks that are read at once.
    static constexpr std::size_t batch_max = 50'000;

    // All parts outlive this. `points_most`: what statistics are made of at most.
    explicit history_reader(
        parts of, std::size_t waiting_most = waiting_max,
        std::size_t points_most = series::points_max);
    // Answers those that wait with an error.
    ~history_reader();
    history_reader(const history_reader&) = delete;
    history_reader& operator=(const history_reader&) = delete;

    void candles(series::candle_query query, on_candles answer) override;
    void statistics_of(series::statistics_query query, on_statistics answer) override;
    void ticks(series::tick_query query, on_ticks answer) override;

    const figures& now() const noexcept { return figures_; }

private:
    // A thread, what it is asked, and the connection it reads candles with.
    struct worker {
        std::mutex mutex;
        std::condition_variable asked;
        // Called with false where it is not to be answered.
        std::deque<std::function<void(bool)>> waiting;
        bool stopping = false;
        std::unique_ptr<candle_store> file;
        unsigned file_number = 0;
        std::thread thread;
    };

    template <class Answer, class Query, class Callback>
    void
    ask(worker& of, Query query, Callback answer, Answer (history_reader::*with)(const Query&));
    void run(worker& of);
    candle_store& file_of(worker& of, const candle_board::view& now);
    candle_store::answer read_candles(worker& of, const candle_store::query& asked);
    std::vector<series::dated_change> read_changes(symbol_id symbol, series::interval of);
    std::vector<series::hole> holes_of(wall_time from, wall_time until) const;
    series::candle_answer answer_candles(const series::candle_query& query);
    series::statistics_answer answer_statistics(const series::statistics_query& asked);
    series::tick_answer answer_ticks(const series::tick_query& query);
    bool read_ticks(const series::statistics_query& query, std::vector<series::point>& points);
    bool has_candles_without_ticks(const series::statistics_query& query);
    void add_ends(
        const series::statistics_query& query, series::interval of,
        std::vector<series::kept_candle>& to);
    std::optional<series::candle>
    joined_minutes(symbol_id symbol, series::candle_time from, series::candle_time until);
    candle_store::answer read_closes(const series::statistics_query& query, series::interval& of);

    const parts of_;
    const std::size_t waiting_most_;
    const std::size_t points_most_;
    figures figures_;
    worker candles_;
    worker statistics_;
    worker ticks_;
};

}  // namespace tickertape::archive
