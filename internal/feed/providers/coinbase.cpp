#include "feed/providers/coinbase.hpp"

#include "feed/providers/coinbase_answer.hpp"

#include <boost/asio/error.hpp>

namespace tickertape {
namespace {

// Whether asking for the next symbol would only meet the same wall again. A product that is unknown
// (404) or delisted (400) says nothing about the others; a refused client (also 400) does.
bool concerns_all(const fetch_error& error)
{
    if (error.code == feed_errc::http_status)
        return error.http_status != 400 && error.http_status != 404;
    return error.code == feed_errc::rate_limited;
}

class coinbase final : public provider {
public:
    explicit coinbase(provider_parts parts) : parts_{std::move(parts)} {}

    std::string_view name() const noexcept override { return "coinbase"; }

    // One request per symbol, one after another over the same connection.
    boost::asio::awaitable<void> fetch(std::span<const symbol_id> wanted, answers& into) override
    {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            // Named, because g++ 12 destroys an aggregate made within a co_await expression twice.
            http_request request{
                .target = "/products/" + parts_.symbols.name(wanted[i]) + "/ticker"};
            const auto response = co_await parts_.client->get(std::move(request));
            if (!response) {
                if (response.error().code != boost::asio::error::operation_aborted)
                    answer_rest(into, response.error());
                co_return;
            }
            into[i] = parse_coinbase_ticker(
                wanted[i], response->status, response->content_type, response->body);
            if (!*into[i] && concerns_all(into[i]->error())) {
                answer_rest(into, into[i]->error());
                co_return;
            }
        }
    }

private:
    provider_parts parts_;
};

}  // namespace

std::unique_ptr<provider> make_coinbase(provider_parts parts)
{
    return std::make_unique<coinbase>(std::move(parts));
}

}  // namespace tickertape
