// Whatever a provider sends over a WebSocket: quotes and refusals of what was asked for, in bounded
// words, and no exception. The first byte says which provider, each line is one message.
#include "core/text.hpp"
#include "provider/answer.hpp"
#include "provider/sockets.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace tickertape;
using namespace tickertape::provider;

void demand(bool is_kept)
{
    if (!is_kept)
        std::abort();
}

constexpr std::array<std::array<std::string_view, 2>, 4> symbols{
    {{"BTC", "USD"}, {"BTC", "USDT"}, {"ETH", "USD"}, {"ALGO", "USD"}}};

void check(const socket_news& news)
{
    const auto is_ours = [](symbol_id id) { return index_of(id) < symbols.size(); };
    for (const auto& q : news.quotes) {
        demand(is_ours(q.symbol));
        demand(q.value.value() >= price_min && q.value.value() <= price_max);
        demand(!q.upstream_time || q.upstream_time->time_since_epoch().count() > 0);
        demand(!q.book || (q.book->bid >= 0 && q.book->ask >= 0));
    }
    demand(std::ranges::all_of(news.accepted, is_ours));
    for (const auto& refused : news.refused) {
        demand(is_ours(refused.symbol));
        demand(refused.why.code.failed() && refused.why.detail.size() <= words_bytes_max);
    }
    for (const auto& message : news.to_send)
        demand(!message.empty() && message.size() < 1024);
    demand(news.to_send.size() <= symbols.size());
    demand(news.notice.size() <= words_bytes_max && news.unknown <= 1);
    demand(!news.failed || news.failed->detail.size() <= words_bytes_max);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    constexpr std::array makers{
        make_coinbase_socket, make_kraken_socket, make_binance_socket, make_bitstamp_socket};
    if (size == 0)
        return 0;
    const auto api = makers[bytes[0] % makers.size()]();
    std::vector<market> markets;
    for (std::size_t i = 0; i < symbols.size(); ++i)
        if (const auto name = api->spelling(symbols[i][0], symbols[i][1]))
            markets.push_back({symbol_id{static_cast<std::uint16_t>(i)}, *name});

    socket_news news;
    api->opened(markets, news);
    check(news);
    std::string_view rest{reinterpret_cast<const char*>(bytes) + 1, size - 1};
    for (std::size_t asked_again = 0; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        news.clear();
        api->read(rest.substr(0, end), news);
        check(news);
        // A provider cannot keep us asking.
        asked_again += news.to_send.size();
        demand(asked_again <= 2 * symbols.size());
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return 0;
}
