#include "keeper_shelf.hpp"

#include "asio/no_throw.hpp"
#include "net/with_timeout.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace tickertape {
namespace {

namespace asio = boost::asio;

using archive::fetch_range;

// What a piece of work gave.
template <class T>
struct waiting {
    explicit waiting(const feed::feed_context::strand_type& on)
        : bell{on, asio::steady_timer::time_point::max()}
    {
    }
    asio::steady_timer bell;
    std::optional<archive::result<T>> answer;
};

archive::failure cancelled()
{
    return {archive::archive_errc::busy, "cancelled"};
}

}  // namespace

keeper_shelf::keeper_shelf(
    std::function<bool(archive::candle_keeper::work)> offer, std::function<position()> present,
    feed::feed_context::strand_type strand)
    : offer_{std::move(offer)}, present_{std::move(present)}, strand_{std::move(strand)}
{
}

asio::awaitable<archive::result<std::vector<fetch_range>>>
keeper_shelf::missing(fetch_range of, std::string source, bool replace)
{
    return done_there<std::vector<fetch_range>>(
        [of, source = std::move(source), replace](archive::candle_store& file) {
            return archive::missing_candles(file, of, source, replace);
        });
}

asio::awaitable<archive::result<archive::put_candles>>
keeper_shelf::put(archive::fetched_candles answer, bool replace)
{
    return done_there<archive::put_candles>(
        [answer = std::move(answer), replace, present = present_](archive::candle_store& file) {
            return archive::put_fetched(file, answer, replace, present());
        });
}

template <class T>
asio::awaitable<archive::result<T>>
keeper_shelf::done_there(std::function<T(archive::candle_store&)> work)
{
    const auto wait = std::make_shared<waiting<T>>(strand_);
    const auto piece = [wait, work = std::move(work),
                        strand = strand_](archive::candle_store& file) {
        auto answer = archive::guarded([&] { return work(file); });
        const auto why = answer ? std::nullopt : std::optional{answer.error()};
        asio::post(strand, [wait, answer = std::move(answer)]() mutable {
            wait->answer = std::move(answer);
            wait->bell.cancel();
        });
        if (why)
            throw archive::thrown_failure{*why};
    };
    // A cancellation that came before a wait does not end that wait.
    const bool is_too_late = co_await net::is_cancelled();
    if (is_too_late)
        co_return cancelled();
    while (!offer_(piece)) {
        asio::steady_timer later{strand_, offer_again};
        const auto [stopped] = co_await later.async_wait(no_throw);
        if (stopped)
            co_return cancelled();
    }
    co_await wait->bell.async_wait(no_throw);
    if (!wait->answer)
        co_return cancelled();
    co_return *std::move(wait->answer);
}

}  // namespace tickertape
