#include "support/fake_venue/venue_port.hpp"
#include "asio/no_throw.hpp"

#include "support/fake_venue/http_read.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>

namespace fake_venue {
namespace {

namespace asio = boost::asio;
using tickertape::no_throw;
using tcp = asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto for_a_month = std::chrono::seconds{30 * 24h};

// Both names: what stands before the comma is the first, and the rest is for OpenSSL's list.
const std::string our_names = "localhost,IP:127.0.0.1";

constexpr std::string_view page =
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Enable JavaScript "
    "and cookies to continue</body></html>";

void reset(tcp::socket& socket)
{
    boost::system::error_code ignored;
    socket.set_option(asio::socket_base::linger{true, 0}, ignored);
    socket.close(ignored);
}

// Until the other side closes, or we are stopped.
asio::awaitable<void> hang(tcp::socket& socket)
{
    std::string ignored(1024, '\0');
    for (;;) {
        const auto [ec, size] = co_await socket.async_read_some(asio::buffer(ignored), no_throw);
        if (ec)
            co_return;
    }
}

asio::awaitable<void> pause(std::chrono::milliseconds time)
{
    asio::steady_timer timer{co_await asio::this_coro::executor, time};
    co_await timer.async_wait(no_throw);
}

void bend(http_answer& answer, fault_kind how)
{
    switch (how) {
    case fault_kind::gzip:
        answer.headers.emplace_back("Content-Encoding", "gzip");
        answer.body = std::string{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10} + answer.body;
        return;
    case fault_kind::garbage:
        answer.body = std::string{"\x00\x01}{ not json", 13};
        return;
    case fault_kind::deep_json:
        answer.body = std::string(100'000, '[');
        return;
    default:
        return;
    }
}

}  // namespace

certificates::certificates()
    : honest_{serving(authority_.issue(our_names, for_a_month))}, strange_{serving(stranger_.issue(
                                                                      our_names, for_a_month))},
      elsewhere_{serving(authority_.issue("venue.invalid", for_a_month))},
      expired_{serving(authority_.issue(our_names, -1h))}
{
}

asio::ssl::context certificates::serving(const tickertape::testing::tls_identity& as)
{
    asio::ssl::context made{asio::ssl::context::tls_server};
    made.use_certificate_chain(asio::buffer(as.certificate));
    made.use_private_key(asio::buffer(as.key), asio::ssl::context::pem);
    return made;
}

asio::ssl::context& certificates::for_fault(fault_kind how)
{
    switch (how) {
    case fault_kind::wrong_certificate:
        return strange_;
    case fault_kind::wrong_host:
        return elsewhere_;
    case fault_kind::expired_certificate:
        return expired_;
    default:
        return honest_;
    }
}

// A connection while there is one: counted, and known to cut().
class venue_port::registered {
public:
    registered(venue_port& port, tcp::socket& socket)
        : port_{port}, place_{port.open_.insert(port.open_.end(), &socket)}
    {
        ++port_.state_.counts.open;
    }
    ~registered()
    {
        port_.open_.erase(place_);
        --port_.state_.counts.open;
    }
    registered(const registered&) = delete;
    registered& operator=(const registered&) = delete;

private:
    venue_port& port_;
    std::list<tcp::socket*>::iterator place_;
};

venue_port::venue_port(asio::io_context& io, certificates& identities, venue_state state)
    : identities_{identities}, state_{std::move(state)},
      endpoint_{asio::ip::address_v4::loopback(), 0}, acceptor_{io}
{
    listen();
    endpoint_ = acceptor_.local_endpoint();  // the next listen() is on the same port
}

void venue_port::listen()
{
    acceptor_.open(endpoint_.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address{true});
    acceptor_.bind(endpoint_);
    acceptor_.listen();
    asio::co_spawn(acceptor_.get_executor(), accept(), asio::detached);
}

void venue_port::cut()
{
    for (auto* socket : open_)
        reset(*socket);
}

void venue_port::stop()
{
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    cut();
}

void venue_port::misbehave(fault how)
{
    const bool cuts = how.cuts;
    const bool listens = how.kind != fault_kind::refuse;
    state_.shows->misbehave(how.kind == fault_kind::cut_all ? fault{} : std::move(how));
    if (!listens)
        return stop();
    if (!acceptor_.is_open())
        listen();
    if (cuts)
        cut();
}

asio::awaitable<void> venue_port::accept()
{
    for (;;) {
        auto [ec, socket] = co_await acceptor_.async_accept(no_throw);
        // Closed, and perhaps opened again since: then for another coroutine than this one.
        if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor)
            co_return;
        if (ec)
            continue;
        ++state_.counts.connections;
        asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), asio::detached);
    }
}

asio::awaitable<void> venue_port::serve(tcp::socket accepted)
{
    boost::system::error_code ignored;
    accepted.set_option(tcp::no_delay{true}, ignored);
    tls_stream stream{std::move(accepted), identities_.for_fault(how().kind)};
    const registered while_open{*this, stream.next_layer()};
    if (how().kind == fault_kind::slow_accept)
        co_await pause(std::chrono::milliseconds{how().every_ms});
    if (how().kind == fault_kind::hang_before_handshake) {
        co_await hang(stream.next_layer());
        co_return;
    }
    const auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::server, no_throw);
    if (ec)
        co_return;
    ++state_.counts.handshakes;
    co_await serve_requests(stream);
}

asio::awaitable<void> venue_port::serve_requests(tls_stream& stream)
{
    std::string pending;
    for (;;) {
        const auto request = co_await read_request(stream, pending);
        if (!request)
            co_return;
        if (how().kind == fault_kind::hang_after_handshake) {
            co_await hang(stream.next_layer());
            co_return;
        }
        const bool wants_socket = request->wants_socket();
        if (!wants_socket)
            state_.counts.asked(request->target, std::chrono::steady_clock::now());
        const auto refused = refusal(wants_socket);
        if (wants_socket && !refused) {
            co_await serve_socket(stream, *request, std::move(pending));
            co_return;
        }
        const auto answer = refused ? *refused : state_.shows->rest(*request);
        if (!co_await deliver(stream, answer))
            co_return;
    }
}

std::optional<http_answer> venue_port::refusal(bool to_socket) const
{
    const auto& fault = how();
    if (fault.kind == fault_kind::html_200)
        return http_answer{200, std::string{page}, "text/html; charset=UTF-8"};
    if (fault.kind == fault_kind::redirect_301)
        return http_answer{
            301, std::string{page}, "text/html", {{"Location", "https://localhost/"}}};
    const bool is_status = fault.kind == fault_kind::status;
    if (!is_status && !(to_socket && fault.kind == fault_kind::ws_refuse))
        return std::nullopt;
    http_answer answer{fault.status, state_.shows->words_of(fault.status)};
    // Walls speak HTML, whatever stands behind them.
    if (fault.status == 403) {
        answer.body = page;
        answer.content_type = "text/html";
    }
    if (!fault.retry_after.empty())
        answer.headers.emplace_back(
            "Retry-After",
            fault.retry_after == "date" ? http_date(wall_now() + 5s) : fault.retry_after);
    return answer;
}

asio::awaitable<void>
venue_port::serve_socket(tls_stream& stream, const http_request& upgrade, std::string early)
{
    auto protocol = state_.shows->open_socket(upgrade);
    http_answer answer{404, message_body("No sockets here")};
    if (protocol) {
        answer = {101, {}, {}};
        answer.headers = {
            {"Upgrade", "websocket"},
            {"Connection", "Upgrade"},
            {"Sec-WebSocket-Accept", accept_key(upgrade.header("sec-websocket-key"))}};
    }
    auto bytes = written(answer);
    // RFC 9110: a 101 has neither a body nor words about one.
    if (const auto begin = bytes.find("Content-Type"); protocol && begin != std::string::npos)
        bytes.erase(begin, bytes.find("Upgrade:") - begin);
    const auto [ec, size] = co_await asio::async_write(stream, asio::buffer(bytes), no_throw);
    if (ec || !protocol)
        co_return;
    state_.counts.upgraded(upgrade.target);
    socket_session session{stream, state_, std::move(protocol)};
    co_await session.run(std::move(early));
}

asio::awaitable<bool> venue_port::deliver(tls_stream& stream, const http_answer& answer)
{
    auto bent = answer;
    const auto kind = how().kind;
    bend(bent, kind);
    if (kind == fault_kind::huge_body) {
        co_await pour(stream, how().bytes);
        co_return false;
    }
    if (kind == fault_kind::drip) {
        co_await drip(stream, written(bent));
        co_return false;
    }
    auto length = bent.body.size();
    if (kind == fault_kind::truncate)
        length += 100;
    else if (kind == fault_kind::wrong_length)
        length /= 2;
    const auto bytes = written(bent, length);
    const auto [ec, size] = co_await asio::async_write(stream, asio::buffer(bytes), no_throw);
    co_return !ec && kind != fault_kind::truncate;
}

asio::awaitable<void> venue_port::drip(tls_stream& stream, std::string bytes)
{
    for (const char& byte : bytes) {
        const auto [ec, size] =
            co_await asio::async_write(stream, asio::buffer(&byte, 1), no_throw);
        if (ec)
            co_return;
        co_await pause(std::chrono::milliseconds{std::max(1, how().every_ms)});
    }
}

asio::awaitable<void> venue_port::pour(tls_stream& stream, std::size_t bytes)
{
    auto part = written({}, bytes);
    // One piece again and again: what is large here is only the sum.
    for (bytes += part.size(); bytes > 0; part.assign(64 * 1024, ' ')) {
        part.resize(std::min(part.size(), bytes));
        const auto [ec, size] = co_await asio::async_write(stream, asio::buffer(part), no_throw);
        if (ec)
            co_return;
        bytes -= size;
    }
}

}  // namespace fake_venue
