#include "feed/daily_feed.hpp"

#include "asio/no_throw.hpp"
#include "core/noted_time.hpp"
#include "feed/fear_greed_feed.hpp"
#include "feed/realised_feed.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "json/errors.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <cassert>
#include <optional>
#include <utility>

namespace tickertape::feed {

template <class Of>
daily_feed<Of>::daily_feed(
    const parts& of, market::cadence rhythm, std::unique_ptr<gated_client> source)
    : with_{of}, schedule_{rhythm},
      board_{rhythm.watched_for, [this] { asio::post(with_.strand, [this] { timer_.cancel(); }); }},
      source_{std::move(source)}, timer_{of.strand}, task_{of.strand, of.log, Of::broken}
{
    assert(source_);
    publish_figures();
}

template <class Of>
void daily_feed<Of>::start()
{
    task_.start([this] { return run(); });
}

template <class Of>
void daily_feed<Of>::stand_by(bool stands_by)
{
    asio::dispatch(with_.strand, [this, stands_by] {
        is_standing_by_ = stands_by;
        timer_.cancel();
    });
}

template <class Of>
void daily_feed<Of>::stop()
{
    task_.stop();
}

template <class Of>
asio::awaitable<void> daily_feed<Of>::run()
{
    while (!task_.stopping()) {
        const bool is_watched = board_.is_watched(with_.time.boot_now());
        // The schedule of tables, without the whole that stands beside them.
        if (!is_standing_by_ && schedule_.due(with_.time.steady_now(), is_watched, false)) {
            co_await fetch();
            continue;
        }
        // Cancelled by stop() and stand_by(), and where somebody begins to read: it may be due
        // then.
        timer_.expires_at(is_standing_by_ ? steady_time::max() : schedule_.next(is_watched, false));
        const auto [woken] = co_await timer_.async_wait(no_throw);
        static_cast<void>(woken);
    }
}

template <class Of>
asio::awaitable<void> daily_feed<Of>::fetch()
{
    typename Of::snapshot newest{};
    const gated_client::request_function request = [] { return Of::request(); };
    const gated_client::read_function read =
        [&](const net::http_response& answer) -> std::optional<fetch_error> {
        auto said = Of::read(answer, with_.time.wall_now());
        if (!said)
            return said.error();
        const auto before = board_.newest();
        if (before && said->day < before->index.day)
            return fetch_error{
                json::json_errc::wrong_type, "its newest day is older than the one before"};
        newest.index = *std::move(said);
        return std::nullopt;
    };
    const auto why = co_await source_->ask(request, read);
    if (task_.stopping())
        co_return;
    if (why) {
        failed(*why);
    } else {
        said_.clear();
        const auto now = now_of(with_.time);
        newest.received = now.boot;
        newest.received_at = now.wall;
        board_.post(std::make_shared<typename Of::snapshot>(std::move(newest)));
        ++changes_;
    }
    schedule_.table_asked(with_.time.steady_now(), !why);
}

template <class Of>
std::string daily_feed<Of>::write() const
{
    return write_kept(*board_.newest());
}

template <class Of>
std::optional<fetch_error> daily_feed<Of>::take(std::string_view text)
{
    const auto now = now_of(with_.time);
    auto said = Of::read_kept(text, now);
    if (!said)
        return said.error();
    const auto before = board_.newest();
    if (before && !is_later(said->received_at, before->received_at, now.wall))
        return std::nullopt;
    schedule_.table_asked(now.steady - (now.boot - said->received), true);
    board_.post(std::make_shared<typename Of::snapshot>(*std::move(said)));
    ++changes_;
    timer_.cancel();
    return std::nullopt;
}

// One line for each reason, and not for each failure.
template <class Of>
void daily_feed<Of>::failed(const fetch_error& why)
{
    failures_.add();
    auto words = words_of(why);
    if (said_ == words)
        return;
    with_.log.warn(Of::trouble, {{"source", Of::source}, {"why", words}});
    said_ = std::move(words);
}

template <class Of>
void daily_feed<Of>::publish_figures()
{
    using kind = telemetry::metrics::kind;
    with_.figures.sampled(kind::counter, Of::requests, Of::requests_help, {}, [this] {
        return static_cast<double>(source_->requests().value());
    });
    with_.figures.sampled(kind::counter, Of::failures, Of::failures_help, {}, [this] {
        return static_cast<double>(failures_.value());
    });
}

template class daily_feed<fear_greed_figures>;
template class daily_feed<realised_figures>;

}  // namespace tickertape::feed
