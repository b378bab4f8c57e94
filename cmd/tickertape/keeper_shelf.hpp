// Candles of a running server, by way of the thread that writes them.
//
// A piece of work that was offered may be done after those who wait for it have gone, or never: so
// each wait ends when its coroutine is cancelled, whenever that was.
//
// Threads: the strand.
#pragma once

#include "archive/candle_keeper.hpp"
#include "backfill.hpp"

#include <functional>

namespace tickertape {

class keeper_shelf final : public candle_shelf {
public:
    // How long it waits before it offers again what was refused because too much waits.
    static constexpr std::chrono::milliseconds offer_again{1'000};

    // `offer`: as candle_keeper::offer(). `present`, called on the thread of the work: no id of an
    // event that anybody has been sent is later. All they need outlives the work.
    keeper_shelf(
        std::function<bool(archive::candle_keeper::work)> offer, std::function<position()> present,
        feed::feed_context::strand_type strand);

    boost::asio::awaitable<archive::result<std::vector<archive::fetch_range>>>
    missing(archive::fetch_range of, std::string source, bool replace) override;
    boost::asio::awaitable<archive::result<archive::put_candles>>
    put(archive::fetched_candles answer, bool replace) override;

private:
    template <class T>
    boost::asio::awaitable<archive::result<T>>
    done_there(std::function<T(archive::candle_store&)> work);

    const std::function<bool(archive::candle_keeper::work)> offer_;
    const std::function<position()> present_;
    const feed::feed_context::strand_type strand_;
};

}  // namespace tickertape
