// A feed that asks sources on loopback again and again, under gates of their own.
//
// Threads: one.
#pragma once

#include "feed/gated_client.hpp"
#include "feed/harness.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"
#include "net/url.hpp"
#include "provider/gates.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::testing {

template <class Feed>
struct sources_asked {
    explicit sources_asked(
        std::vector<fake_http_server::answer_function> answers,
        const std::vector<std::string>& symbols = {"BTC-USD"})
        : h{symbols}
    {
        for (auto& each : answers)
            servers.push_back(
                std::make_unique<fake_http_server>(h.io, std::nullopt, std::move(each)));
    }

    // Asks the server with that number.
    std::unique_ptr<feed::gated_client> client(std::size_t index, const char* name)
    {
        using namespace std::chrono_literals;
        feed::gated_client::parts parts{
            .clients = {},
            .gate = gates.of(
                name, {.per_minute = 60'000, .burst = 1000}, {.open_first = 50ms},
                h.time.steady_now())};
        parts.clients.push_back(std::make_unique<net::http_client>(
            strand, *net::parse_base_url("http://127.0.0.1:" + servers[index]->port()), trust,
            net::http_limits{.response = 1s}));
        return std::make_unique<feed::gated_client>(
            strand, h.time, std::move(parts),
            feed::gated_client::limits{
                .attempts_max = 2, .retry = {2ms, 4ms}, .wait_max = 1s, .pause_max = 0ms},
            [] { return 0.5; });
    }

    // Runs until it is so, and then to the end.
    template <class Condition>
    void run_until(Condition is_so)
    {
        asked->start();
        for (int i = 0; i < 2'000 && !is_so(); ++i)
            h.io.run_for(std::chrono::milliseconds{5});
        CHECK(is_so());
        asked->stop();
        for (auto& server : servers)
            server->stop();
        CHECK(h.run_to_the_end());
    }

    auto shown() { return asked->board().newest(); }
    void read() { asked->board().read(h.time.boot_now()); }

    harness h;
    provider::gates gates;
    boost::asio::ssl::context trust{net::make_tls_context({})};
    std::vector<std::unique_ptr<fake_http_server>> servers;
    feed::feed_context::strand_type strand{boost::asio::make_strand(h.io)};
    std::optional<Feed> asked;
};

}  // namespace tickertape::testing
