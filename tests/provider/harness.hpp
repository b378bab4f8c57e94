// A provider's REST side as the tests use it: symbols in, answers out.
#pragma once

#include "core/fetch_error.hpp"
#include "provider/answers.hpp"
#include "provider/fixtures.hpp"
#include "provider/registry.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::testing {

struct asked_provider {
    explicit asked_provider(std::string_view name) : api{provider::find_provider(name)->make_rest()}
    {
    }

    // The markets of these symbols, numbered from 0. Each has a spelling.
    std::vector<provider::market> batch(const std::vector<std::string>& symbols) const
    {
        std::vector<provider::market> all;
        for (const auto& symbol : symbols) {
            const auto dash = symbol.find('-');
            auto spelled = api->spelling(symbol.substr(0, dash), symbol.substr(dash + 1));
            REQUIRE(spelled);
            all.push_back({static_cast<symbol_id>(all.size()), *spelled});
        }
        return all;
    }

    // Of how many markets the first request is, where so many are to be asked for.
    std::size_t batch_size(std::size_t wanted, const std::string& symbol = "BTC-USDC") const
    {
        return api->batch_size(std::vector<provider::market>(wanted, batch({symbol}).front()));
    }

    std::string target(const std::vector<std::string>& symbols) const
    {
        return api->request(batch(symbols)).target;
    }

    provider::answers read(
        const std::vector<std::string>& symbols, const std::string& body, int status = 200,
        const std::string& type = "application/json; charset=utf-8") const
    {
        return api->read(
            batch(symbols),
            net::http_response{.status = status, .content_type = type, .body = body});
    }

    // Of one market.
    fetched<quote> read_one(
        const std::string& symbol, const std::string& body, int status = 200,
        const std::string& type = "application/json; charset=utf-8") const
    {
        return read({symbol}, body, status, type).at(0).value();
    }

    std::unique_ptr<provider::rest_api> api;
};

// The code of an answer that is an error. Fails the test if it is a quote.
inline boost::system::error_code code_of(const fetched<quote>& answer)
{
    REQUIRE_FALSE(answer);
    return answer.error().code;
}

inline boost::system::error_code code_of(const std::optional<fetched<quote>>& answer)
{
    return code_of(answer.value());
}

// The price of an answer that is a quote, as it will be written.
inline std::string price_of(const std::optional<fetched<quote>>& answer)
{
    REQUIRE(answer.value());
    return (*answer)->value.text();
}

}  // namespace tickertape::testing
