#include "feed/candle_source.hpp"

#include <utility>

namespace tickertape::feed {

namespace asio = boost::asio;

candle_source::candle_source(
    feed_context::strand_type strand, const clock& time, parts of, limits bounds,
    std::function<double()> random)
    : name_{std::move(of.name)}, api_{std::move(of.api)}, speller_{std::move(of.speller)},
      for_usd_{std::move(of.for_usd)}, client_{
                                           std::move(strand),
                                           time,
                                           {.clients = std::move(of.clients), .gate = of.gate},
                                           bounds,
                                           std::move(random)}
{
}

asio::awaitable<fetched<provider::candle_page>>
candle_source::fetch(provider::market of, series::interval length, provider::candle_range asked)
{
    provider::candle_page page;
    const gated_client::request_function request = [&] { return api_->request(of, length, asked); };
    const gated_client::read_function read =
        [&](const net::http_response& answer) -> std::optional<fetch_error> {
        auto said = api_->read(of, length, asked, answer);
        if (!said)
            return said.error();
        page = *std::move(said);
        return std::nullopt;
    };
    const auto failed = co_await client_.ask(request, read);
    if (failed)
        co_return *failed;
    co_return page;
}

}  // namespace tickertape::feed
