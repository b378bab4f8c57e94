#include "http/server.hpp"

#include "asio/no_throw.hpp"
#include "http/bind.hpp"
#include "http/client_admission.hpp"
#include "http/session.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <exception>

namespace tickertape::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Between two lines of the log that say that connections are refused.
constexpr std::chrono::minutes refusal_note_pause{1};

// Connections accepted in one go, before others on the lane have their turn.
constexpr std::size_t accept_burst = 64;

}  // namespace

struct server::listener {
    listener(
        const parts& given, std::size_t number, const refusal_counters& refused,
        server_limits limits, const tcp::endpoint& at)
        : of{given},
          lane{
              .of = of,
              .limits = limits,
              .number = number,
              .context = *of.lanes[number],
              .refused = refused},
          acceptor{listen(lane.context, at, limits.backlog, limits.send_buffer_bytes)},
          pause{lane.context}
    {
    }

    asio::awaitable<void> accept_all();
    boost::system::error_code accept_some();
    bool admit(tcp::socket connection, const tcp::endpoint& from);
    void note_refusal(refusal why, const ip_address& from);
    bool report(boost::system::error_code failed);
    void count_ends(std::exception_ptr escaped) const;

    const parts of;
    session_lane lane;
    tcp::acceptor acceptor;
    asio::steady_timer pause;
    bool no_room = false;  // the last attempt failed for want of descriptors, which was logged
    std::optional<steady_time> noted{};  // when a refusal was logged last
};

void server::listener::count_ends(std::exception_ptr escaped) const
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

asio::awaitable<void> server::listener::accept_all()
{
    while (acceptor.is_open() && !lane.closing) {
        if (lane.turns.is_full()) {
            of.figures
                .counter(
                    "tickertape_tls_accept_pauses_total",
                    "Times that nobody was accepted because too many waited for their handshake.")
                .Increment();
            pause.expires_after(lane.limits.handshake_pause);
            co_await pause.async_wait(no_throw);
            continue;
        }
        co_await acceptor.async_wait(tcp::acceptor::wait_read, no_throw);
        const auto failed = accept_some();
        if (failed && report(failed)) {
            pause.expires_after(lane.limits.accept_pause);
            co_await pause.async_wait(no_throw);
        }
    }
}

// Accepts what waits, up to a bound: on a busy lane one at a time would be too slow.
boost::system::error_code server::listener::accept_some()
{
    for (std::size_t i = 0; i < accept_burst && !lane.closing; ++i) {
        boost::system::error_code failed;
        tcp::socket connection{lane.context};
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

// Returns false if no reserve permit was left: then the connections that have one are told first,
// so that they leave, before more is accepted.
bool server::listener::admit(tcp::socket connection, const tcp::endpoint& from)
{
    const auto address = from.address();
    client_admission client{
        of.clients, of.proxies,
        address.is_v4() ? ip_address::v4(address.to_v4().to_bytes())
                        : ip_address{address.to_v6().to_bytes()}};
    if (client.refused())
        note_refusal(*client.refused(), client.peer());
    if (!client) {
        lane.refused.add(refusal::reserve);
        return false;  // which closes it
    }
    asio::co_spawn(
        lane.context, serve(std::move(connection), std::move(client), lane),
        [this](std::exception_ptr escaped) { count_ends(escaped); });
    return true;
}

// One line a minute, however many connections are refused.
void server::listener::note_refusal(refusal why, const ip_address& from)
{
    const auto now = of.time.steady_now();
    if (noted && now - *noted < refusal_note_pause)
        return;
    noted = now;
    const auto seen = of.clients.now();
    of.log.warn(
        "no permit for a connection", {{"reason", to_string(why)},
                                       {"remote", from.text()},
                                       {"connections", seen.connections},
                                       {"in_reserve", seen.reserve}});
}

// Counts the failure. Returns true if no descriptor is free, so that the kernel's queue is to be
// left alone for a while; a connection that left before it was accepted is no reason to.
bool server::listener::report(boost::system::error_code failed)
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
    using kind = telemetry::metrics::kind;
    using figures = admission::figures;
    const auto publish =
        [&of](kind k, const char* name, const char* help, std::size_t figures::*which) {
            of.figures.sampled(k, name, help, {}, [clients = &of.clients, which] {
                return static_cast<double>(clients->now().*which);
            });
        };
    publish(
        kind::gauge, "tickertape_connections", "Connections that have a permit, streams included.",
        &figures::connections);
    publish(
        kind::gauge, "tickertape_connections_in_reserve",
        "Connections held only to be told that there is no permit.", &figures::reserve);
    publish(
        kind::gauge, "tickertape_clients_remembered",
        "Clients that have connections, or have asked lately, where a limit for each is set.",
        &figures::clients);
    publish(
        kind::counter, "tickertape_clients_forgotten_total",
        "Clients that were forgotten before their time, because there were too many.",
        &figures::forgotten);
    of.figures.sampled(
        kind::gauge, "tickertape_connections_max", "How many permits there are for connections.",
        {}, [clients = &of.clients] { return static_cast<double>(clients->limits().connections); });
}

}  // namespace

server::server(
    const parts& of, const std::string& address, std::uint16_t port, server_limits limits,
    std::shared_ptr<const tls::tls_context> tls)
    : refused_{of.figures}
{
    auto at = checked_endpoint(address, port);
    for (std::size_t i = 0; i < of.lanes.size(); ++i) {
        listeners_.push_back(std::make_unique<listener>(of, i, refused_, limits, at));
        at.port(listeners_.back()->acceptor.local_endpoint().port());
        listeners_.back()->lane.tls = tls;
        const auto* lane = &listeners_.back()->lane;
        of.figures.sampled(
            telemetry::metrics::kind::gauge, "tickertape_sessions",
            "Open HTTP connections that are not streams.", {{"lane", std::to_string(i)}},
            [lane] { return static_cast<double>(lane->count.value()); });
        of.figures.sampled(
            telemetry::metrics::kind::gauge, "tickertape_requests_waiting",
            "Requests that wait for their handler.", {{"lane", std::to_string(i)}},
            [lane] { return static_cast<double>(lane->waiting.value()); });
        of.figures.sampled(
            telemetry::metrics::kind::gauge, "tickertape_body_bytes",
            "Memory of request bodies that have not been answered.", {{"lane", std::to_string(i)}},
            [lane] { return static_cast<double>(lane->body_bytes.value()); });
        of.figures.sampled(
            telemetry::metrics::kind::gauge, "tickertape_answer_bytes",
            "Memory of answers that the kernel has not taken.", {{"lane", std::to_string(i)}},
            [lane] { return static_cast<double>(lane->answer_bytes.value()); });
        of.figures.sampled(
            telemetry::metrics::kind::counter, "tickertape_idle_connections_closed_total",
            "Connections closed because no further request came.", {{"lane", std::to_string(i)}},
            [lane] { return static_cast<double>(lane->idle_closed.value()); });
        of.figures.sampled(
            telemetry::metrics::kind::counter, "tickertape_lingering_closed_total",
            "Connections closed because their clients stayed, or went on sending, after the last "
            "answer.",
            {{"lane", std::to_string(i)}},
            [lane] { return static_cast<double>(lane->lingering_closed.value()); });
        if (tls)
            of.figures.sampled(
                telemetry::metrics::kind::gauge, "tickertape_tls_handshakes_waiting",
                "Clients that wait for the answer to their TLS hello.",
                {{"lane", std::to_string(i)}},
                [lane] { return static_cast<double>(lane->turns.waiting().value()); });
    }
    publish_admission(of);
}

server::~server() = default;

std::uint16_t server::port() const noexcept
{
    boost::system::error_code closed;
    return listeners_.front()->acceptor.local_endpoint(closed).port();
}

void server::start()
{
    for (const auto& f : listeners_)
        asio::co_spawn(
            f->lane.context, f->accept_all(),
            // The kernel would go on giving a share of the connections to a listener that stopped.
            [](const std::exception_ptr& escaped) {
                if (escaped)
                    std::rethrow_exception(escaped);
            });
}

void server::use(const std::shared_ptr<const tls::tls_context>& tls)
{
    for (const auto& f : listeners_)
        asio::post(f->lane.context, [one = f.get(), tls] { one->lane.tls = tls; });
}

void server::stop(std::function<void()> done)
{
    auto left = std::make_shared<std::atomic<std::size_t>>(listeners_.size());
    const auto one_less = [left, done = std::move(done)] {
        // acq_rel: the last lane to finish has seen the others finish.
        if (left->fetch_sub(1, std::memory_order_acq_rel) == 1)
            done();
    };
    for (const auto& f : listeners_)
        asio::post(f->lane.context, [one = f.get(), one_less] {
            boost::system::error_code ignored;
            one->acceptor.close(ignored);
            one->pause.cancel();
            one->lane.closing = true;
            if (one->lane.open.empty()) {
                one_less();
                return;
            }
            one->lane.emptied = one_less;
            for (auto* s : one->lane.open)
                close_when_idle(*s);
        });
}

void server::abandon()
{
    for (const auto& f : listeners_)
        asio::post(f->lane.context, [one = f.get()] {
            for (auto* s : one->lane.open)
                abort(*s);
            one->lane.turns.abandon();
        });
}

}  // namespace tickertape::http
