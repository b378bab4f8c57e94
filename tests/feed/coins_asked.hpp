// A feed of single coins that asks a fake source, and what it said.
#pragma once

#include "feed/coin_feed.hpp"

#include "feed/harness.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"
#include "net/url.hpp"
#include "provider/gates.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"
#include "support/stringify.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tickertape::testing {

inline std::string coin_text(const std::string& id, const std::string& description = "A coin.")
{
    return R"({"id":")" + id + R"(","description":{"en":")" + description + "\"}}";
}

// "/coins/bitcoin?..." as "bitcoin"
inline std::string id_in(const std::string& request)
{
    const auto from = request.find("/coins/") + 7;
    return request.substr(from, request.find_first_of("?/ ", from) - from);
}

using feed::call_budget;
using feed::coin_feed;
using feed::coin_limits;
using feed::feed_context;
using feed::gated_client;

struct coins_asked {
    explicit coins_asked(
        fake_http_server::answer_function answers, coin_limits bounds = {},
        std::optional<rate_limit> budget = std::nullopt,
        rate_limit rate = {.per_minute = 60'000, .burst = 1000},
        std::chrono::milliseconds waits = std::chrono::milliseconds{1'000})
        : server{h.io, std::nullopt, std::move(answers)}, strand{boost::asio::make_strand(h.io)}
    {
        using namespace std::chrono_literals;
        std::optional<call_budget> shared;
        if (budget)
            shared.emplace(*budget, h.time.steady_now());
        auto& gate = gates.of("coingecko", rate, {.open_first = 50ms}, h.time.steady_now());
        std::vector<std::unique_ptr<gated_client>> sources;
        for (std::size_t i = 0; i < bounds.at_once_max; ++i) {
            gated_client::parts parts{.clients = {}, .gate = gate, .budget = shared};
            parts.clients.push_back(std::make_unique<net::http_client>(
                strand, *net::parse_base_url("http://127.0.0.1:" + server.port()), trust,
                net::http_limits{.response = 10s}));
            sources.push_back(std::make_unique<gated_client>(
                strand, h.time, std::move(parts),
                gated_client::limits{
                    .attempts_max = 1,
                    .retry = {2ms, 4ms},
                    .wait_max = waits,
                    .pause_max = 0ms,
                    .gives_way = true},
                [] { return 0.5; }));
        }
        feed.emplace(
            coin_feed::parts{strand, h.time, h.log, h.counters}, bounds, std::move(sources));
        feed->start();
    }

    void ask(const std::string& id, market::coin_topic of = market::coin_topic::detail)
    {
        feed->ask(market::coin_question{.of = of, .id = id}, [this](market::coin_answer said) {
            said_.push_back(std::move(said));
        });
    }
    // Runs until there are so many answers, and gives the last of them.
    const market::coin_answer& answer(std::size_t count)
    {
        using namespace std::chrono_literals;
        for (int i = 0; i < 2'000 && said_.size() < count; ++i)
            h.io.run_for(5ms);
        REQUIRE(said_.size() == count);
        return said_.back();
    }
    void finish()
    {
        feed->stop();
        server.stop();
        CHECK(h.run_to_the_end());
    }

    harness h;
    provider::gates gates;
    boost::asio::ssl::context trust{net::make_tls_context({})};
    fake_http_server server;
    feed_context::strand_type strand;
    std::deque<market::coin_answer> said_{};  // where answers stay when others come
    std::optional<coin_feed> feed;
};

}  // namespace tickertape::testing
