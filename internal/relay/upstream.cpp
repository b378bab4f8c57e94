#include "relay/upstream.hpp"

#include "asio/no_throw.hpp"
#include "core/text.hpp"
#include "net/retry_after.hpp"
#include "net/when_all.hpp"
#include "net/with_timeout.hpp"
#include "relay/errors.hpp"
#include "relay/upstream_address.hpp"
#include "telemetry/log.hpp"
#include "json/fields.hpp"
#include "json/reader.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tickertape::relay {
namespace {

constexpr std::array<std::string_view, 5> kinds{"", "live", "simulator", "replay", "pipe"};
constexpr auto relaxed = std::memory_order_relaxed;

std::int64_t ms_of(position p)
{
    return static_cast<std::int64_t>(p.ms());
}

// As the head of our streams says it. None: it does not.
std::optional<std::chrono::milliseconds> heartbeat_in(std::string_view field)
{
    std::uint32_t ms = 0;
    const auto* const end = field.data() + field.size();
    const auto read = std::from_chars(field.data(), end, ms);
    if (read.ec != std::errc{} || read.ptr != end)
        return std::nullopt;
    return std::chrono::milliseconds{ms};
}

}  // namespace

upstream::upstream(
    const net::base_url& base, const upstream_limits& limits, parts with, position top,
    std::string kind)
    : limits_{limits}, with_{std::move(with)}, kind_{std::move(kind)},
      stream_{with_.strand, base, with_.trust, limits.stream, with_.resolve},
      course_{with_.taker, with_.symbols, top, kind_}, backoff_{limits.again}, timer_{with_.strand},
      top_{top.packed()}, standing_{limits.standing}
{
}

asio::awaitable<void> upstream::run()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    std::vector<asio::awaitable<void>> both;
    both.push_back(read_on());
    both.push_back(look_on());
    co_await net::when_all(std::move(both));
}

// One connection after another.
asio::awaitable<void> upstream::read_on()
{
    for (;;) {
        const bool is_over = co_await net::is_cancelled();
        if (is_over)
            break;
        const auto how = co_await connect();
        is_connected_.store(false, relaxed);
        stream_.close();
        const bool is_stopped = co_await net::is_cancelled();
        if (is_stopped)
            break;
        const auto wait = how.wait ? *how.wait : backoff_.next(with_.random());
        say_end(how, wait);
        timer_.expires_after(wait);
        const auto [ended] = co_await timer_.async_wait(no_throw);
        (void)ended;
    }
    stream_.close();
}

// One connection from its beginning to its end.
asio::awaitable<upstream::ending> upstream::connect()
{
    net::http_client questions{
        with_.strand, stream_.base(), with_.trust, limits_.question, with_.resolve};
    co_await look(questions);
    const auto found = kinds[static_cast<std::size_t>(found_kind_.load(relaxed))];
    if (!kind_.empty() && !found.empty() && found != kind_) {
        auto refused = wrong_kind(found);
        co_return refused;
    }
    net::http_request request{.target = std::string{stream_path} + "?symbols=*"};
    request.accept = "text/event-stream";
    request.headers = {{"Cache-Control", "no-store"}, {"Last-Event-ID", course_.top().text()}};
    const auto answer = co_await stream_.open(std::move(request));
    if (!answer) {
        ending failed{.why = words_of(answer.error())};
        co_return failed;
    }
    auto refused = check_head(*answer);
    if (refused)
        co_return *std::move(refused);
    connections_.add();
    connected_at_ = with_.time.steady_now();
    heard_ns_.store(connected_at_.time_since_epoch().count(), relaxed);
    is_connected_.store(true, relaxed);
    events_ = event_reader{limits_.events};
    course_.begin();
    with_.log.info(
        "upstream connected",
        {{"from", net::text_of(stream_.base(), "http")}, {"after", course_.top().text()}});
    said_.clear();
    auto how = co_await follow();
    if (with_.time.steady_now() - connected_at_ >= limits_.good_after)
        backoff_.reset();
    co_return how;
}

asio::awaitable<upstream::ending> upstream::follow()
{
    for (;;) {
        co_await wait_for_room();
        const auto piece = co_await stream_.read();
        if (!piece) {
            ending failed{.why = words_of(piece.error())};
            co_return failed;
        }
        if (piece->empty()) {
            ending over{.why = "the stream has ended"};
            co_return over;
        }
        heard_ns_.store(with_.time.steady_now().time_since_epoch().count(), relaxed);
        auto how = take(*piece);
        if (const auto top = course_.top(); top.packed() != top_.load(relaxed)) {
            top_.store(top.packed(), relaxed);
            const std::lock_guard held{mutex_};
            standing_.reached(top);
        }
        if (how)
            co_return *std::move(how);
    }
}

asio::awaitable<void> upstream::wait_for_room()
{
    while (with_.has_room && !with_.has_room()) {
        const bool is_over = co_await net::is_cancelled();
        if (is_over)
            break;
        timer_.expires_after(limits_.room_asked_each);
        const auto [ended] = co_await timer_.async_wait(no_throw);
        (void)ended;
    }
}

// How the other stands, again and again, over a connection of its own.
asio::awaitable<void> upstream::look_on()
{
    net::http_client questions{
        with_.strand, stream_.base(), with_.trust, limits_.question, with_.resolve};
    asio::steady_timer again{with_.strand};
    for (;;) {
        const auto is_over = co_await net::is_cancelled();
        if (is_over)
            co_return;
        again.expires_after(limits_.looks_each);
        const auto [ended] = co_await again.async_wait(no_throw);
        (void)ended;
        co_await look(questions);
    }
}

// A proxy that lets nothing but the stream through does not answer that: then the stream itself has
// to tell, and the sources of the prices say what kind its feed is of.
asio::awaitable<void> upstream::look(net::http_client& questions)
{
    const auto asked = with_.time.steady_now();
    net::http_request request{.target = "/api/cluster"};
    const auto answer = co_await questions.send(std::move(request));
    // It cannot be reached, or has no room now.
    if (!answer || answer->status == 429 || answer->status >= 500)
        co_return;
    json::reader reader;
    const auto read = reader.read(answer->body);
    const auto said = answer->status == 200 && read ? read_upstream_word(*read) : std::nullopt;
    const auto top = course_.top();
    const std::lock_guard held{mutex_};
    if (!said) {
        standing_.refused();
        co_return;
    }
    standing_.looked(asked, *said, top);
    const auto* const at = std::ranges::find(kinds, std::string_view{said->kind});
    if (!said->kind.empty())
        found_kind_.store(static_cast<int>(at - kinds.begin()), relaxed);
}

// None: it is the head of a stream.
std::optional<upstream::ending> upstream::check_head(const net::http_stream::head& answer)
{
    if (answer.status != 200) {
        ending refused{.why = "it answers " + std::to_string(answer.status)};
        if (const auto wait = net::parse_retry_after(answer.retry_after, with_.time.wall_now()))
            refused.wait = std::clamp(*wait, limits_.again.first, limits_.asked_wait_max);
        return refused;
    }
    if (!lower_case(answer.content_type).starts_with("text/event-stream"))
        return ending{.why = "it answers " + answer.content_type + ", not an event stream"};
    const auto heartbeat = std::clamp(
        heartbeat_in(stream_.field("Heartbeat-Ms")).value_or(limits_.heartbeat), limits_.settled,
        limits_.heartbeat_max);
    heartbeat_ms_.store(heartbeat.count(), relaxed);
    stream_.set_silence_max(2 * heartbeat + limits_.settled);
    return std::nullopt;
}

std::optional<upstream::ending> upstream::take(std::string_view bytes)
{
    events_.append(bytes);
    for (;;) {
        const auto event = events_.next();
        if (!event)
            return ending{.why = event.error().message()};
        if (*event == nullptr)
            return std::nullopt;
        if (auto how = take_event(**event))
            return how;
    }
}

std::optional<upstream::ending> upstream::take_event(const stream_event& e)
{
    const auto meant = meanings_.read(e);
    if (!meant)
        return ending{.why = meant.error().message()};
    if (is_too_far_ahead(*meant))
        return ending{.why = "it is dated far in the future"};
    note(*meant);
    const auto step = course_.take(*meant);
    using kind = upstream_course::step::kind;
    switch (step.what) {
    case kind::go_on:
        break;
    case kind::resume:
        return ending{.why = "we read too slowly"};
    case kind::leave:
        return ending{
            .why = step.is_busy ? "it is busy" : "it moves",
            .wait = std::clamp(step.wait, milliseconds{0}, limits_.asked_wait_max),
            .is_failure = step.is_busy};
    case kind::wrong_kind:
        return wrong_kind(std::get<upstream_tick>(*meant).source);
    }
    return std::nullopt;
}

bool upstream::is_too_far_ahead(const upstream_event& e) const
{
    position at;
    if (const auto* tick = std::get_if<upstream_tick>(&e))
        at = tick->at;
    else if (const auto* gap = std::get_if<upstream_gap>(&e))
        at = gap->to;
    else if (const auto* damage = std::get_if<upstream_damage>(&e))
        at = damage->at;
    return at.time() > with_.time.wall_now() + limits_.ahead_max;
}

upstream::ending upstream::wrong_kind(std::string_view what) const
{
    return {
        .why = "its prices are of '" + clean_words(what) + "', and ours of '" + kind_ +
               "': set PROVIDERS, or another ARCHIVE",
        .wait = limits_.wrong_kind_wait};
}

// How far behind we are, as the times of ticks and heartbeats tell: as good as both clocks
// together.
void upstream::note(const upstream_event& e)
{
    std::int64_t then = 0;
    const auto now = with_.time.wall_now().time_since_epoch().count();
    if (const auto* tick = std::get_if<upstream_tick>(&e)) {
        then = ms_of(tick->at);
        lag_ms_.store(std::max<std::int64_t>(now - then, 0), relaxed);
    } else if (const auto* heartbeat = std::get_if<upstream_heartbeat>(&e)) {
        // Whole seconds: it was sent up to a second after that.
        then = milliseconds{heartbeat->time.time_since_epoch()}.count() + 999;
    } else {
        return;
    }
    behind_ms_.store(std::max<std::int64_t>(now - then, 0), relaxed);
}

// Where the other cannot be asked. Silence says nothing until a heartbeat is missing.
upstream::milliseconds upstream::behind_by_stream(steady_time now) const
{
    const steady_time heard{steady_time::duration{heard_ns_.load(relaxed)}};
    const auto silent = std::chrono::floor<milliseconds>(now - heard);
    const milliseconds last{behind_ms_.load(relaxed)};
    if (!is_connected_.load(relaxed))
        return last + silent;
    if (silent < limits_.settled)
        return last;
    return silent <= milliseconds{heartbeat_ms_.load(relaxed)} + limits_.settled ? milliseconds{0}
                                                                                 : silent;
}

upstream_report upstream::report() const
{
    const auto now = with_.time.steady_now();
    upstream_report said;
    said.is_connected = is_connected_.load(relaxed);
    said.top = position::from_packed(top_.load(relaxed));
    said.lag = milliseconds{lag_ms_.load(relaxed)};
    said.kind = kinds[static_cast<std::size_t>(found_kind_.load(relaxed))];
    const std::lock_guard held{mutex_};
    said.is_relay_away = standing_.is_relay_away(now);
    if (!standing_.is_refused())
        said.behind = standing_.behind(now);
    else if (heard_ns_.load(relaxed) != 0)
        said.behind = behind_by_stream(now);
    return said;
}

void upstream::say_end(const ending& how, milliseconds wait)
{
    if (!how.is_failure) {
        with_.log.info("upstream left", {{"why", how.why}, {"again_in_ms", wait.count()}});
        return;
    }
    failures_.add();
    // Of an outage the first line tells what the others would repeat.
    if (std::exchange(said_, how.why) == how.why)
        return;
    with_.log.warn(
        "upstream lost", {{"from", net::text_of(stream_.base(), "http")},
                          {"why", how.why},
                          {"after", course_.top().text()},
                          {"again_in_ms", wait.count()}});
}

}  // namespace tickertape::relay
