// A provider of a test's own: asked for "/BTC-USD,ETH-USD", it answers {"BTC-USD":5,"ETH-USD":1}.
#pragma once

#include "core/fetch_error.hpp"
#include "provider/answer.hpp"
#include "provider/errors.hpp"
#include "provider/rest_api.hpp"
#include "json/reader.hpp"

#include <boost/json/object.hpp>

#include <algorithm>

namespace tickertape::testing {

class scripted_api final : public provider::rest_api {
public:
    explicit scripted_api(std::size_t batch_size_max = 100) : batch_size_max_{batch_size_max} {}

    std::optional<provider::market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        return provider::market_name{std::string{base} + "-" + std::string{quote}};
    }
    std::size_t batch_size(std::span<const provider::market> todo) const override
    {
        return std::min(todo.size(), batch_size_max_);
    }
    net::http_request request(std::span<const provider::market> batch) const override
    {
        std::string target;
        for (const auto& m : batch)
            target += (target.empty() ? "/" : ",") + m.spelled.name;
        return {target};
    }
    // {"refused":1} is the answer to a batch with a bad market in it.
    provider::answers
    read(std::span<const provider::market> batch, const net::http_response& response) const override
    {
        provider::answers said(batch.size());
        const auto body = provider::json_of(response);
        if (!body) {
            provider::answer_rest(said, body.error());
            return said;
        }
        const auto& prices = body->get_object();
        if (prices.contains("refused") && batch.size() > 1)
            provider::answer_rest(said, {provider::provider_errc::batch_refused});
        else
            for (std::size_t i = 0; i < batch.size(); ++i)
                said[i] = quote_of(batch[i], prices);
        return said;
    }

private:
    static fetched<quote> quote_of(const provider::market& m, const boost::json::object& prices)
    {
        const auto* found = prices.if_contains(m.spelled.name);
        if (found == nullptr)
            return fetch_error{provider::provider_errc::unknown_symbol};
        const auto value = json::price_of_number(*found);
        if (!value)
            return fetch_error{value.error(), m.spelled.name};
        // With a book, so that the same price again is an observation.
        return quote{m.symbol, *value, {}, book_top{value->value(), value->value()}};
    }

    std::size_t batch_size_max_;
};

}  // namespace tickertape::testing
