#include "web/server.hpp"

#include "boost/no_throw.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "web/bind.hpp"
#include "web/session.hpp"
#include "web/visitor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <exception>

namespace tickertape {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// How long to leave the kernel's queue alone where there is nothing to accept a connection with.
constexpr std::chrono::milliseconds accept_pause{100};

// How long to accept nobody where too many wait for the answer to their TLS hello already.
constexpr std::chrono::milliseconds handshake_pause{10};

// Between two lines of the log that say that connections are refused.
constexpr std::chrono::minutes refusal_note_pause{1};

// Connections accepted in one go, before others on the lane have their turn.
constexpr std::size_t accept_burst = 64;

}  // namespace

struct server::front {
    front(
        const parts& given, lane& on, const refusal_counters& refused, server_limits limits,
        const tcp::endpoint& at)
        : of{given}, room{.of = of, .limits = limits, .streams = on, .refused = refused},
          acceptor{listen(on.context(), at, limits.backlog, limits.send_buffer_bytes)},
          pause{on.context()}
    {
    }

    asio::awaitable<void> accept_all();
    boost::system::error_code accept_some();
    bool admit(tcp::socket connection, const tcp::endpoint& from);
    void note_refusal(refusal why, const ip_address& from);
    bool report(boost::system::error_code failed);
    void count_ends(std::exception_ptr escaped) const;

    const parts of;
    session_room room;
    tcp::acceptor acceptor;
    asio::steady_timer pause;
    bool no_room = false;  // the last attempt failed for want of it, and that has been logged
    std::optional<steady_time> noted{};  // when a refusal was logged last
};

void server::front::count_ends(std::exception_ptr escaped) const
{
    if (!escaped)
        return;
    try {
        std::rethrow_exception(escaped);
    } catch (const std::exception& e) {
        of.figures
            .counter("tickertape_session_failures_total", "Sessions ended by a failure of ours.")
            .Increment();
        of.log.error("a session failed", {{"cause", e.what()}});
    }
}

asio::awaitable<void> server::front::accept_all()
{
    while (acceptor.is_open() && !room.closing) {
        if (room.turns.is_full()) {
            of.figures
                .counter(
                    "tickertape_tls_accept_pauses_total",
                    "Times that nobody was accepted because too many waited for their handshake.")
                .Increment();
            pause.expires_after(handshake_pause);
            co_await pause.async_wait(no_throw);
            continue;
        }
        co_await acceptor.async_wait(tcp::acceptor::wait_read, no_throw);
        const auto failed = accept_some();
        if (failed && report(failed)) {
            pause.expires_after(accept_pause);
            co_await pause.async_wait(no_throw);
        }
    }
}

// Takes what waits, up to a bound: beside a busy sweep, one at a time would be too slow.
boost::system::error_code server::front::accept_some()
{
    for (std::size_t i = 0; i < accept_burst && !room.closing; ++i) {
        boost::system::error_code failed;
        tcp::socket connection{room.streams.context()};
        tcp::endpoint from;
        acceptor.accept(connection, from, failed);
        if (failed)
            return failed == asio::error::would_block ? boost::system::error_code{} : failed;
        no_room = false;
        if (!admit(std::move(connection), from))
            break;
    }
    return {};
}

// Returns false where there was no room even to tell it so: then those who are being told have
// their turn first, so that they leave, before more is taken.
bool server::front::admit(tcp::socket connection, const tcp::endpoint& from)
{
    const auto address = from.address();
    visitor guest{
        of.doors, of.proxies,
        address.is_v4() ? ip_address::v4(address.to_v4().to_bytes())
                        : ip_address{address.to_v6().to_bytes()}};
    if (guest.refused())
        note_refusal(*guest.refused(), guest.peer());
    if (!guest) {
        room.refused.add(refusal::reserve);
        return false;  // which closes it
    }
    asio::co_spawn(
        room.streams.context(), serve(std::move(connection), std::move(guest), room),
        [this](std::exception_ptr escaped) { count_ends(escaped); });
    return true;
}

// A crowd before a full house is one line a minute, not one for each.
void server::front::note_refusal(refusal why, const ip_address& from)
{
    const auto now = of.time.steady_now();
    if (noted && now - *noted < refusal_note_pause)
        return;
    noted = now;
    const auto seen = of.doors.now();
    of.log.warn(
        "no place for a connection", {{"reason", to_string(why)},
                                      {"remote", from.text()},
                                      {"connections", seen.connections},
                                      {"in_reserve", seen.outside}});
}

// Counts the failure, and returns whether to leave the kernel's queue alone for a while: a
// connection that left before it was accepted is no reason to, no free descriptor is.
bool server::front::report(boost::system::error_code failed)
{
    if (failed == asio::error::operation_aborted || failed == asio::error::bad_descriptor)
        return false;  // closed
    of.figures
        .counter(
            "tickertape_accept_failures_total", "Connections that could not be accepted.",
            {{"cause", failed.message()}})
        .Increment();
    if (failed == asio::error::connection_aborted)
        return false;
    if (!std::exchange(no_room, true))
        of.log.error("cannot accept connections", {{"cause", failed.message()}});
    return true;
}

namespace {

void publish_admission(const server::parts& of)
{
    using kind = metrics::kind;
    using figures = admission::figures;
    const auto publish =
        [&of](kind k, const char* name, const char* help, std::size_t figures::*which) {
            of.figures.sampled(k, name, help, {}, [doors = &of.doors, which] {
                return static_cast<double>(doors->now().*which);
            });
        };
    publish(
        kind::gauge, "tickertape_connections", "Connections that have a place, streams included.",
        &figures::connections);
    publish(
        kind::gauge, "tickertape_connections_in_reserve",
        "Connections held only to be told that there is no place.", &figures::outside);
    publish(
        kind::gauge, "tickertape_clients_remembered",
        "Clients that have connections, or have asked lately, where a limit for each is set.",
        &figures::clients);
    publish(
        kind::counter, "tickertape_clients_forgotten_total",
        "Clients that were forgotten before their time, because there were too many.",
        &figures::forgotten);
    of.figures.sampled(
        kind::gauge, "tickertape_connections_max", "How many connections may have a place.", {},
        [doors = &of.doors] { return static_cast<double>(doors->limits().connections); });
}

}  // namespace

server::server(
    const parts& of, const std::string& address, std::uint16_t port, server_limits limits,
    std::shared_ptr<const tls_context> tls)
    : refused_{of.figures}
{
    auto at = checked_endpoint(address, port);
    for (const auto& lane : of.streams.lanes()) {
        fronts_.push_back(std::make_unique<front>(of, *lane, refused_, limits, at));
        at.port(fronts_.back()->acceptor.local_endpoint().port());
        fronts_.back()->room.tls = tls;
        const auto* room = &fronts_.back()->room;
        of.figures.sampled(
            metrics::kind::gauge, "tickertape_sessions",
            "Open HTTP connections that are not streams.",
            {{"lane", std::to_string(fronts_.size() - 1)}},
            [room] { return static_cast<double>(room->count.value()); });
        if (tls)
            of.figures.sampled(
                metrics::kind::gauge, "tickertape_tls_handshakes_waiting",
                "Clients that wait for the answer to their TLS hello.",
                {{"lane", std::to_string(fronts_.size() - 1)}},
                [room] { return static_cast<double>(room->turns.waiting().value()); });
    }
    publish_admission(of);
}

server::~server() = default;

std::uint16_t server::port() const noexcept
{
    boost::system::error_code closed;
    return fronts_.front()->acceptor.local_endpoint(closed).port();
}

void server::start()
{
    for (const auto& f : fronts_)
        asio::co_spawn(
            f->room.streams.context(), f->accept_all(),
            // A listener nobody serves would go on being given a share of the connections.
            [](const std::exception_ptr& escaped) {
                if (escaped)
                    std::rethrow_exception(escaped);
            });
}

void server::use(const std::shared_ptr<const tls_context>& tls)
{
    for (const auto& f : fronts_)
        asio::post(f->room.streams.context(), [one = f.get(), tls] { one->room.tls = tls; });
}

void server::stop(std::function<void()> done)
{
    auto left = std::make_shared<std::atomic<std::size_t>>(fronts_.size());
    const auto one_less = [left, done = std::move(done)] {
        // acq_rel: the last lane to finish has seen the others finish.
        if (left->fetch_sub(1, std::memory_order_acq_rel) == 1)
            done();
    };
    for (const auto& f : fronts_)
        asio::post(f->room.streams.context(), [one = f.get(), one_less] {
            boost::system::error_code ignored;
            one->acceptor.close(ignored);
            one->pause.cancel();
            one->room.closing = true;
            if (one->room.open.empty()) {
                one_less();
                return;
            }
            one->room.emptied = one_less;
            for (auto* s : one->room.open)
                close_when_idle(*s);
        });
}

void server::abandon()
{
    for (const auto& f : fronts_)
        asio::post(f->room.streams.context(), [one = f.get()] {
            for (auto* s : one->room.open)
                abort(*s);
            one->room.turns.abandon();
        });
}

}  // namespace tickertape
