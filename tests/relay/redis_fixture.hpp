// An instance that uses a real Redis, for tests.
#pragma once

#include "net/tls_trust.hpp"
#include "relay/redis_log.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::relay::testing {

inline const std::string stream_key = "tickertape:{live}:stream";
inline const std::string lease_key = "tickertape:{live}:lease";

// Entries at those positions, each after the one before it.
inline std::vector<entry> chain(position after, const std::vector<position>& at)
{
    std::vector<entry> entries;
    for (const auto p : at) {
        entries.push_back({p, after, "v1 t BTC-USD " + std::to_string(p.ms()) + " pipe 0"});
        after = p;
    }
    return entries;
}

struct redis_user {
    using change = std::function<void(redis_log_settings&)>;

    explicit redis_user(
        const std::string& url, const change& to = {}, const std::string& ca_file = {},
        net::resolve_function lookup = net::system_resolve)
        : trust{net::make_tls_context(ca_file)}, log{boost::asio::make_strand(io),
                                                     settings_of(url, to),
                                                     trust,
                                                     lines,
                                                     [] { return 0.5; },
                                                     std::move(lookup)}
    {
    }
    ~redis_user() { static_cast<void>(io.run_for(std::chrono::milliseconds{1})); }

    static redis_log_settings settings_of(const std::string& url, const change& to)
    {
        redis_log_settings s;
        const auto address = parse_redis_address(url);
        REQUIRE(address);
        s.address = *address;
        s.name = "tickertape";
        s.kind = "live";
        s.entries_max = 10'000;
        if (to)
            to(s);
        return s;
    }

    template <class T>
    struct call {
        std::optional<result<T>> answer;
        boost::asio::cancellation_signal cancel;
    };

    template <class T>
    std::shared_ptr<call<T>> begin(shared_log::task<T> task)
    {
        auto under_way = std::make_shared<call<T>>();
        boost::asio::co_spawn(
            io, std::move(task),
            boost::asio::bind_cancellation_slot(
                under_way->cancel.slot(), [under_way](std::exception_ptr escaped, result<T> got) {
                    CHECK_FALSE(escaped);
                    under_way->answer.emplace(std::move(got));
                }));
        return under_way;
    }
    template <class T>
    result<T> outcome_of(const std::shared_ptr<call<T>>& under_way)
    {
        run_until([&] { return under_way->answer.has_value(); });
        return *under_way->answer;
    }
    // What the call gives; it must be no error.
    template <class T>
    T end(const std::shared_ptr<call<T>>& under_way)
    {
        auto got = outcome_of(under_way);
        INFO((got.has_error() ? got.error().message() : std::string{}));
        REQUIRE(got.has_value());
        if constexpr (!std::is_void_v<T>)
            return std::move(*got);
    }
    template <class T>
    T done(shared_log::task<T> task)
    {
        return end(begin(std::move(task)));
    }
    template <class T>
    boost::system::error_code failed(shared_log::task<T> task)
    {
        const auto got = outcome_of(begin(std::move(task)));
        REQUIRE(got.has_error());
        return got.error();
    }
    // The limit is one that only a test that fails reaches.
    void run_until(const std::function<bool()>& is_so)
    {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (!is_so()) {
            if (std::chrono::steady_clock::now() >= limit)
                FAIL("it takes too long");
            io.restart();
            static_cast<void>(io.run_one_for(std::chrono::milliseconds{20}));
        }
    }

    boost::asio::io_context io{1};
    // So that it waits where there is nothing to do.
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
        io.get_executor()};
    telemetry::logger lines{telemetry::log_level::error, telemetry::log_format::text};
    boost::asio::ssl::context trust;
    redis_log log;
};

// Calls until it is answered; a test that fails does so after `limit`.
template <class Call>
auto sooner_or_later(Call call, std::chrono::seconds limit = std::chrono::seconds{60})
{
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        auto got = call();
        if (got.has_value())
            return *got;
        INFO(got.error().message());
        REQUIRE(std::chrono::steady_clock::now() < end);
    }
}

}  // namespace tickertape::relay::testing
