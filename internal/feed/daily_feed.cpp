#include "feed/daily_feed.hpp"

#include "core/noted_time.hpp"
#include "feed/fear_greed_feed.hpp"
#include "feed/realised_feed.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "json/errors.hpp"

#include <cassert>
#include <optional>
#include <utility>

namespace tickertape::feed {

namespace asio = boost::asio;

template <class Of>
daily_feed<Of>::daily_feed(
    const parts& of, market::cadence rhythm, std::unique_ptr<gated_client> source)
    : with_{of}, board_{rhythm.watched_for, [this] { rounds_.look_again(); }},
      source_{std::move(source)}, rounds_{of.strand, of.time, of.log, rhythm, Of::broken}
{
    assert(source_);
    publish_figures();
}

template <class Of>
void daily_feed<Of>::start()
{
    rounds_.start(
        [this] { return board_.is_watched(with_.time.boot_now()); }, [this] { return fetch(); });
}

template <class Of>
void daily_feed<Of>::stand_by(bool stands_by)
{
    rounds_.stand_by(stands_by);
}

template <class Of>
void daily_feed<Of>::stop()
{
    rounds_.stop();
}

template <class Of>
asio::awaitable<bool> daily_feed<Of>::fetch()
{
    typename Of::snapshot newest{};
    const gated_client::request_function request = [] { return Of::request(); };
    const gated_client::read_function read =
        [&](const net::http_response& answer) -> std::optional<fetch_error> {
        auto said = Of::read(answer, with_.time.wall_now());
        if (!said)
            return said.error();
        newest.index = *std::move(said);
        return std::nullopt;
    };
    auto why = co_await source_->ask(request, read);
    if (rounds_.stopping())
        co_return false;
    // A cache of theirs that is behind.
    if (const auto before = board_.newest(); !why && before && newest.index.day < before->index.day)
        why =
            fetch_error{json::json_errc::wrong_type, "its newest day is older than the one before"};
    if (why) {
        failed(*why);
        co_return false;
    }
    said_.clear();
    const auto now = now_of(with_.time);
    newest.received = now.boot;
    newest.received_at = now.wall;
    board_.post(std::make_shared<typename Of::snapshot>(std::move(newest)));
    ++changes_;
    co_return true;
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
    const auto age = now.boot - said->received;
    board_.post(std::make_shared<typename Of::snapshot>(*std::move(said)));
    ++changes_;
    rounds_.note_success(now.steady - age);
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
