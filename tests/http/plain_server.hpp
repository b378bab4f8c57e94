// An HTTP server on loopback with the routes that a test gives it, on one lane,
// and threads that work for its handlers.
//
// Threads: a test's own; the lane has one, the workers have two.
#pragma once

#include "http/admission.hpp"
#include "http/client_address.hpp"
#include "http/offload.hpp"
#include "http/server.hpp"
#include "support/http_peer.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <future>
#include <thread>

namespace tickertape::testing {

// Whether that is true within as long as a busy machine may take.
template <class Condition>
bool comes_true(Condition holds)
{
    for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
         std::chrono::steady_clock::now() < end;
         std::this_thread::sleep_for(std::chrono::milliseconds{1}))
        if (holds())
            return true;
    return false;
}

class plain_server {
public:
    static constexpr std::size_t jobs_max = 4;

    using make_routes = std::function<void(http::router&, plain_server&)>;

    explicit plain_server(
        const make_routes& add, const http::server_limits& limits = {},
        const http::admission_limits& clients = {})
        : clients_{clients},
          server_{
              {{&context_}, routes_, cors_, clients_, proxies_, time_, log_, figures_},
              "127.0.0.1",
              0,
              limits}
    {
        add(routes_, *this);
        port_ = server_.port();
        server_.start();
        lane_ = std::thread{[this] { context_.run(); }};
    }
    ~plain_server()
    {
        stop();
        workers_.join();
        stay_.reset();
        context_.stop();
        lane_.join();
    }

    std::uint16_t port() const { return port_; }
    http::job_queue& jobs() { return jobs_; }
    http::server& front() { return server_; }
    http::admission::figures connections() const { return clients_.now(); }

    // Stops once; true when the last session has gone in time.
    bool stop()
    {
        begin_stop();
        return left_.wait_for(std::chrono::seconds{5}) == std::future_status::ready;
    }
    void begin_stop()
    {
        if (!std::exchange(stopped_, true))
            server_.stop([this] { gone_.set_value(); });
    }
    // A figure of /metrics, by name and labels as they are written there; -1: none.
    double figure(const std::string& name) const
    {
        const auto text = figures_.text();
        const auto at = text.find("\n" + name + " ");
        return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
    }
    double refused(const std::string& reason) const
    {
        return figure("tickertape_refused_total{reason=\"" + reason + "\"}");
    }
    double waits(const std::string& end) const
    {
        return figure("tickertape_handler_waits_total{end=\"" + end + "\"}");
    }
    double requests(const std::string& route, const std::string& status) const
    {
        return figure(
            "tickertape_requests_total{route=\"" + route + "\",status=\"" + status + "\"}");
    }
    double body_bytes() const { return figure("tickertape_body_bytes{lane=\"0\"}"); }
    double waiting() const { return figure("tickertape_requests_waiting{lane=\"0\"}"); }

private:
    telemetry::metrics figures_;
    http::router routes_;
    http::cors_policy cors_{{"*"}};
    telemetry::logger log_{telemetry::log_level::error, telemetry::log_format::text};
    standing_clock time_{wall_time{std::chrono::milliseconds{1712525480000}}};
    http::admission clients_;
    const http::trusted_proxies proxies_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_{
        context_.get_executor()};
    boost::asio::thread_pool workers_{2};
    http::job_queue jobs_{workers_.get_executor(), jobs_max, "test", figures_};
    http::server server_;
    std::uint16_t port_ = 0;
    std::thread lane_;
    bool stopped_ = false;
    std::promise<void> gone_;
    std::future<void> left_ = gone_.get_future();
};

}  // namespace tickertape::testing
