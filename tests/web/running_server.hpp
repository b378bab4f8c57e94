// A whole server on loopback.
//
// Threads: a test's own; the server has its lanes.
#pragma once

#include "http/admission.hpp"
#include "http/server.hpp"
#include "hub/lane_set.hpp"
#include "small_site.hpp"
#include "support/http_peer.hpp"
#include "telemetry/log.hpp"

#include <functional>
#include <future>

namespace tickertape::testing {

class running_server {
public:
    explicit running_server(
        const http::server_limits& limits = {}, unsigned lanes = 1,
        const http::admission_limits& permits = {}, const std::vector<ip_network>& trusted = {},
        std::shared_ptr<const tls::tls_context> tls = nullptr,
        const std::function<void(http::router&)>& change_routes = {})
        : time_{site.now}, clients_{permits}, proxies_{trusted},
          hub_{site.prices, site.sources, time_, lanes, stream_limits()},
          server_{
              {contexts(), site.routes, cors_, clients_, proxies_, time_, log_, site.figures},
              "127.0.0.1",
              0,
              limits,
              std::move(tls)},
          port_{server_.port()}
    {
        site.subscribe = [this](std::size_t lane, hub::subscription wanted) {
            hub_.lanes()[lane]->subscribe(std::move(wanted));
        };
        if (change_routes)
            change_routes(site.routes);
        hub_.start();
        server_.start();
    }
    ~running_server()
    {
        stop();
        hub_.stop();
    }

    std::uint16_t port() const { return port_; }
    hub::lane_set& streams() { return hub_; }
    http::server& front() { return server_; }

    http::admission::figures connections() const { return clients_.now(); }

    void publish(std::int64_t ms, double value)
    {
        site.publish(ms, value);
        hub_.ring();
    }
    // Stops the server and sends all subscribers away, once; true when both have reported in time.
    bool stop()
    {
        if (std::exchange(stopped_, true))
            return true;
        site.draining = true;
        server_.stop([this] {
            ++reports_;
            emptied_.set_value();
        });
        hub_.drain(std::chrono::milliseconds{0}, [this] { drained_.set_value(); });
        const bool in_time = emptied_.get_future().wait_for(patience) == std::future_status::ready;
        if (!in_time)
            server_.abandon();
        // Peers of a test do not read to the end on their own.
        hub_.abandon();
        return drained_.get_future().wait_for(patience) == std::future_status::ready && in_time;
    }
    // How often stop() was told that no session is left. Sensible once the lanes have ended.
    int reports() const { return reports_; }
    // A figure of /metrics, by name and labels as they are written there; -1: none.
    double figure(const std::string& name) const
    {
        const auto text = site.figures.text();
        const auto at = text.find("\n" + name + " ");
        return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
    }

    small_site site{{"BTC-USD", "ETH-USD"}, 1'000};

private:
    static constexpr std::chrono::seconds patience{5};

    std::vector<boost::asio::io_context*> contexts() const
    {
        std::vector<boost::asio::io_context*> all;
        for (const auto& l : hub_.lanes())
            all.push_back(&l->context());
        return all;
    }
    static hub::lane_limits stream_limits()
    {
        hub::lane_limits limits;
        // A jitter of half to one and a half times nothing is nothing.
        limits.retry = std::chrono::milliseconds{0};
        return limits;
    }

    http::cors_policy cors_{{"*"}};
    telemetry::logger log_{telemetry::log_level::error, telemetry::log_format::text};
    standing_clock time_;
    http::admission clients_;
    const http::trusted_proxies proxies_;
    hub::lane_set hub_;
    http::server server_;
    const std::uint16_t port_;
    bool stopped_ = false;
    std::atomic<int> reports_{0};
    std::promise<void> emptied_;
    std::promise<void> drained_;
};

}  // namespace tickertape::testing
