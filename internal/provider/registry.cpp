#include "provider/registry.hpp"

#include "provider/sockets.hpp"

#include <algorithm>
#include <memory>

namespace tickertape::provider {

// Each in the file of its name, beside this one.
std::unique_ptr<rest_api> make_coinbase_rest();
std::unique_ptr<rest_api> make_kraken_rest();
std::unique_ptr<rest_api> make_bitstamp_rest();
std::unique_ptr<rest_api> make_gemini_rest();
std::unique_ptr<rest_api> make_coingecko_rest();
std::unique_ptr<rest_api> make_binance_rest();
std::unique_ptr<rest_api> make_bitfinex_rest();
std::unique_ptr<rest_api> make_okx_rest();
std::unique_ptr<rest_api> make_coinmarketcap_rest();
std::unique_ptr<rest_api> make_cryptocompare_rest();
std::unique_ptr<candle_api> make_coinbase_candles();
std::unique_ptr<candle_api> make_kraken_candles();
std::unique_ptr<candle_api> make_bitstamp_candles();
std::unique_ptr<candle_api> make_binance_candles();

namespace {

// The key of one host is refused by the other.
net::http_header coingecko_key(std::string_view host, std::string_view key)
{
    const bool is_paid = host == "pro-api.coingecko.com";
    return {is_paid ? "x-cg-pro-api-key" : "x-cg-demo-api-key", std::string{key}};
}

net::http_header coinmarketcap_key(std::string_view, std::string_view key)
{
    return {"X-CMC_PRO_API_KEY", std::string{key}};
}

net::http_header cryptocompare_key(std::string_view, std::string_view key)
{
    return {"authorization", "Apikey " + std::string{key}};
}

// Limits stay clear of what the providers publish: a limit without a key counts for an address,
// and the address may not be ours alone.
constexpr std::array rows{
    row{
        .name = "coinbase",
        .title = "Coinbase Exchange",
        .urls = {"https://api.exchange.coinbase.com"},
        .key = key_use::none,
        .key_header = nullptr,
        .limit = {.per_minute = 300, .burst = 10},  // of 10 a second and 15 at once
        .limit_with_key = {.per_minute = 300, .burst = 10},
        .make_rest = make_coinbase_rest,
        .make_candles = make_coinbase_candles,
        .socket_url = "wss://ws-feed.exchange.coinbase.com",
        .make_socket = make_coinbase_socket,
        .is_default = true,
    },
    row{
        .name = "kraken",
        .title = "Kraken",
        .urls = {"https://api.kraken.com/0/public"},
        .key = key_use::none,
        .key_header = nullptr,
        .limit = {.per_minute = 40, .burst = 3},  // of about one a second
        .limit_with_key = {.per_minute = 40, .burst = 3},
        .make_rest = make_kraken_rest,
        .make_candles = make_kraken_candles,
        .socket_url = "wss://ws.kraken.com/v2",
        .make_socket = make_kraken_socket,
        .is_default = true,
    },
    row{
        .name = "bitstamp",
        .title = "Bitstamp",
        .urls = {"https://www.bitstamp.net/api/v2"},
        .key = key_use::none,
        .key_header = nullptr,
        .limit = {.per_minute = 60, .burst = 5},  // of 10,000 in ten minutes
        .limit_with_key = {.per_minute = 60, .burst = 5},
        .make_rest = make_bitstamp_rest,
        .make_candles = make_bitstamp_candles,
        .socket_url = "wss://ws.bitstamp.net",
        .make_socket = make_bitstamp_socket,
        .is_default = true,
    },
    row{
        .name = "gemini",
        .title = "Gemini",
        .urls = {"https://api.gemini.com/v1"},
        .key = key_use::none,
        .key_header = nullptr,
        .limit = {.per_minute = 55, .burst = 5},  // of 120; it advises one a second
        .limit_with_key = {.per_minute = 55, .burst = 5},
        .make_rest = make_gemini_rest,
        .socket_url = "",
        .make_socket = nullptr,
        .is_default = true,
    },
    row{
        .name = "coingecko",
        .title = "CoinGecko",
        .urls = {"https://api.coingecko.com/api/v3"},
        .key = key_use::optional,
        .key_header = coingecko_key,
        .limit = {.per_minute = 2, .burst = 2},  // unpublished; it caches for 30 to 60 seconds
        .limit_with_key = {.per_minute = 30, .burst = 2},  // of 100, in older documents of 30
        .calls_a_month = 10'000,
        .make_rest = make_coingecko_rest,
        .socket_url = "",
        .make_socket = nullptr,
    },
    row{
        .name = "binance",
        .title = "Binance",
        .urls = {"https://data-api.binance.vision", "https://api.binance.com"},
        .key = key_use::none,
        .key_header = nullptr,
        .limit = {.per_minute = 240, .burst = 20},  // a weight of 480, of 1200 or more
        .limit_with_key = {.per_minute = 240, .burst = 20},
        .make_rest = make_binance_rest,
        .make_candles = make_binance_candles,
        .socket_url = "wss://data-stream.binance.vision",
        .make_socket = make_binance_socket,
    },
    row{
        .name = "bitfinex",
        .title = "Bitfinex",
        .urls = {"https://api-pub.bitfinex.com/v2"},
        .key = key_use::none,
        .key_header = nullptr,
        .limit = {.per_minute = 10, .burst = 2},  // of 10 to 90, it does not say which
        .limit_with_key = {.per_minute = 10, .burst = 2},
        .make_rest = make_bitfinex_rest,
        .socket_url = "",
        .make_socket = nullptr,
    },
    row{
        .name = "okx",
        .title = "OKX",
        .urls = {"https://www.okx.com"},
        .key = key_use::none,
        .key_header = nullptr,
        .limit = {.per_minute = 120, .burst = 5},  // of 20 in two seconds
        .limit_with_key = {.per_minute = 120, .burst = 5},
        .make_rest = make_okx_rest,
        .socket_url = "",
        .make_socket = nullptr,
    },
    row{
        .name = "coinmarketcap",
        .title = "CoinMarketCap",
        .urls = {"https://pro-api.coinmarketcap.com"},
        .key = key_use::required,
        .key_header = coinmarketcap_key,
        // The smallest plan has about 30 a minute, but only 15,000 a month: one in three minutes.
        // Larger plans say so with COINMARKETCAP_RATE.
        .limit = {.per_minute = 0.3, .burst = 2},
        .limit_with_key = {.per_minute = 0.3, .burst = 2},
        .make_rest = make_coinmarketcap_rest,
        .socket_url = "",
        .make_socket = nullptr,
    },
    row{
        .name = "cryptocompare",
        .title = "CryptoCompare",
        .urls = {"https://min-api.cryptocompare.com"},
        .key = key_use::required,
        .key_header = cryptocompare_key,
        .limit = {.per_minute = 30, .burst = 2},  // the plan's, which differs
        .limit_with_key = {.per_minute = 30, .burst = 2},
        .make_rest = make_cryptocompare_rest,
        .socket_url = "",
        .make_socket = nullptr,
    },
};

}  // namespace

std::span<const row> provider_rows() noexcept
{
    return rows;
}

const row* find_provider(std::string_view name) noexcept
{
    const auto found = std::ranges::find(rows, name, &row::name);
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace tickertape::provider
