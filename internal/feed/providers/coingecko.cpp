#include "feed/providers/coingecko.hpp"

#include "feed/providers/coingecko_answer.hpp"

#include <boost/asio/error.hpp>

namespace tickertape {
namespace {

class coingecko final : public provider {
public:
    explicit coingecko(provider_parts parts) : parts_{std::move(parts)} {}

    std::string_view name() const noexcept override { return "coingecko"; }

    // One request for all symbols.
    boost::asio::awaitable<void> fetch(std::span<const symbol_id> wanted, answers& into) override
    {
        http_request request{.target = coingecko_target(wanted, parts_.symbols)};
        if (request.target.empty()) {
            answer_rest(into, {feed_errc::unknown_symbol, "no id known for the base"});
            co_return;
        }
        if (!parts_.api_key.empty())
            request.headers.push_back({key_header(), parts_.api_key});
        const auto response = co_await parts_.client->get(std::move(request));
        if (!response) {
            if (response.error().code != boost::asio::error::operation_aborted)
                answer_rest(into, response.error());
            co_return;
        }
        into = parse_coingecko_prices(
            wanted, parts_.symbols, response->status, response->content_type, response->body);
    }

private:
    // The key of one host is refused by the other.
    std::string key_header() const
    {
        return parts_.client->base().host == "pro-api.coingecko.com" ? "x-cg-pro-api-key"
                                                                     : "x-cg-demo-api-key";
    }

    provider_parts parts_;
};

}  // namespace

std::unique_ptr<provider> make_coingecko(provider_parts parts)
{
    return std::make_unique<coingecko>(std::move(parts));
}

}  // namespace tickertape
