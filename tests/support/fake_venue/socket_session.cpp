#include "support/fake_venue/socket_session.hpp"
#include "asio/no_throw.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>

namespace fake_venue {
namespace {

namespace asio = boost::asio;
using tickertape::no_throw;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;

// How often quotes leave: many together, as one write is what costs.
constexpr auto beat = 20ms;
constexpr auto beat_of_playback = 1ms;
constexpr std::size_t batch_bytes = 64 * 1024;
constexpr auto binance_pings_every = 20s;
constexpr auto close_wait = 1s;

}  // namespace

socket_session::socket_session(
    tls_stream& stream, venue_state& state, std::unique_ptr<venue_socket> protocol)
    : stream_{stream}, state_{state}, protocol_{std::move(protocol)}, wake_{stream.get_executor()}
{
    ++state_.counts.open_websockets;
}

socket_session::~socket_session()
{
    --state_.counts.open_websockets;
}

asio::awaitable<void> socket_session::run(std::string early)
{
    reader_.take(early);
    protocol_->opened(*this);
    co_await (read() || write());
    if (ends_ == ending::answered)
        co_await shut_down();
}

asio::awaitable<void> socket_session::shut_down()
{
    wake_.expires_after(close_wait);
    co_await (stream_.async_shutdown(no_throw) || wake_.async_wait(no_throw));
}

asio::awaitable<void> socket_session::linger()
{
    const auto until = clock::now() + close_wait;
    while (ends_ == ending::asked && clock::now() < until) {
        wake_.expires_at(until);
        co_await wake_.async_wait(no_throw);
    }
}

asio::awaitable<void> socket_session::read()
{
    std::string bytes(16 * 1024, '\0');
    for (;;) {
        while (const auto said = reader_.next())
            hear(*said);
        wake_.cancel();
        if (reader_.is_broken() || (ends_ == ending::answered && out_.empty()))
            co_return;
        const auto [ec, size] = co_await stream_.async_read_some(asio::buffer(bytes), no_throw);
        if (ec)
            co_return;
        reader_.take({bytes.data(), size});
    }
}

void socket_session::hear(const client_message& said)
{
    switch (said.kind) {
    case opcode::text:
        if (how().kind == fault_kind::ws_error)
            send(protocol_->refusal());
        else
            protocol_->heard(said.payload, *this);
        return;
    case opcode::ping:
        ++state_.counts.pings;
        append_frame(out_, opcode::pong, said.payload);
        return;
    case opcode::pong:
        ++state_.counts.pongs;
        return;
    case opcode::close:
        ++state_.counts.closes;
        state_.counts.last_close_code = close_code_of(said.payload);
        if (ends_ != ending::asked)
            append_frame(out_, opcode::close, said.payload.substr(0, 2));
        ends_ = ending::answered;
        return;
    default:
        return;
    }
}

void socket_session::send(std::string_view text)
{
    ++state_.counts.messages;
    if (how().kind != fault_kind::ws_fragments || text.size() < 3)
        return append_frame(out_, opcode::text, text);
    const auto third = text.size() / 3;
    append_frame(out_, opcode::text, text.substr(0, third), false);
    append_frame(out_, opcode::ping, "in between");
    append_frame(out_, opcode::continuation, text.substr(third, third), false);
    append_frame(out_, opcode::continuation, text.substr(2 * third));
}

asio::awaitable<void> socket_session::write()
{
    for (std::string written;;) {
        produce(clock::now());
        if (out_.empty()) {
            wake_.expires_after(state_.playing ? beat_of_playback : beat);
            co_await wake_.async_wait(no_throw);
            continue;
        }
        written.swap(out_);
        out_.clear();
        const bool was_last = ends_ != ending::none;
        const auto [ec, size] =
            co_await asio::async_write(stream_, asio::buffer(written), no_throw);
        if (ec)
            co_return;
        if (was_last) {
            co_await linger();
            co_return;
        }
    }
}

bool socket_session::has_passed(
    clock::time_point& since, clock::duration period, clock::time_point now)
{
    if (now - since < period)
        return false;
    since = now;
    return true;
}

void socket_session::produce(clock::time_point now)
{
    if (how().kind == fault_kind::ws_mute) {
        out_.clear();
        quoted_ = now;
        return;
    }
    if (ends_ != ending::none)
        return;
    if (has_passed(second_, 1s, now)) {
        protocol_->second_passed(*this);
        if (how().kind == fault_kind::ws_error)
            send(protocol_->refusal());
        const auto request = protocol_->please_reconnect();
        if (how().kind == fault_kind::ws_please_reconnect && !request.empty())
            send(request);
    }
    if (state_.shows->name() == "binance" && has_passed(pinged_, binance_pings_every, now))
        append_frame(out_, opcode::ping, std::to_string(unix_ms(wall_now())));
    misbehave(now);
    if (ends_ == ending::none && !protocol_->subscriptions().empty())
        produce_quotes(now);
}

void socket_session::misbehave(clock::time_point now)
{
    const auto& fault = how();
    switch (fault.kind) {
    case fault_kind::ws_close_mid_message:
        append_frame_header(out_, opcode::text, 400);
        out_ += R"({"type":"ticker","sequence":8176)";
        ends_ = ending::abrupt;
        return;
    case fault_kind::ws_close: {
        const std::chrono::milliseconds period{fault.every_ms};
        if (now - opened_at_ >= period && wall_now() - fault.since >= period) {
            append_close(out_, fault.code, fault.reason);
            ends_ = ending::asked;
        }
        return;
    }
    case fault_kind::ws_unknown_messages:
        if (has_passed(tenth_, 100ms, now))
            send(R"({"type":"surprise","channel":"surprise","event":"surprise","e":"surprise",)"
                 R"("method":"surprise","data":[{"unheard":["of"]}],"params":null})");
        return;
    case fault_kind::ws_garbage:
        if (has_passed(tenth_, 100ms, now))
            send_garbage(fault.form);
        return;
    default:
        return;
    }
}

void socket_session::send_garbage(std::string_view form)
{
    if (form == "frame")
        append_frame(out_, opcode::reserved, "what kind of frame is this");
    else if (form == "utf8")
        append_frame(out_, opcode::text, "{\"type\":\"\xff\xfe\xc3\x28\"}");
    else
        append_frame(out_, opcode::text, "<!doctype html>}{ \"price\": 1e");
}

void socket_session::produce_quotes(clock::time_point now)
{
    const bool is_flood = how().kind == fault_kind::ws_flood;
    const auto subscribed = protocol_->subscriptions().size();
    const auto* const playing = state_.playing.get();
    const double per_second = playing != nullptr
                                  ? playing->settings().messages_per_second
                                  : state_.messages_per_second * static_cast<double>(subscribed);
    const bool is_unpaced = playing != nullptr ? per_second == 0 : is_flood;
    due_ += std::chrono::duration<double>(now - quoted_).count() * per_second;
    quoted_ = now;
    // What was not taken in time is not made up for.
    due_ = std::min(due_, std::max(1.0, per_second));
    const auto count = static_cast<std::size_t>(due_);
    due_ -= static_cast<double>(count);
    while (is_unpaced && out_.size() < batch_bytes && !(playing != nullptr && playing->is_over()))
        playing != nullptr ? play(1) : send_quotes(subscribed);
    if (!is_unpaced)
        playing != nullptr ? play(count) : send_quotes(count);
}

void socket_session::play(std::size_t count)
{
    auto& playing = *state_.playing;
    for (; count > 0 && !playing.is_over(); --count)
        send(playing.next(protocol_->subscriptions()));
}

void socket_session::send_quotes(std::size_t count)
{
    const auto& all = protocol_->subscriptions();
    for (; count > 0; --count)
        protocol_->quote(all[next_quote_++ % all.size()], *this);
}

}  // namespace fake_venue
