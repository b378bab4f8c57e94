// Kraken, WebSocket v2: the channel "ticker", asked for a message whenever the best bid or ask
// changes ("bbo") and not only at trades. A message is dated when it is made, so in a market that
// trades once an hour the price would look dead for most of it; with its book it stays dated as of
// now, which is true of it: nobody has traded at another price.
//
// Each symbol of a subscribe is acknowledged or refused alone. The price is a JSON number, its
// digits padded. A heartbeat comes each second in which nothing else does.
//
// Source: docs.kraken.com/exchange/api-reference/spot-websocket-v2 (ticker, heartbeat, status) and
// docs.kraken.com/exchange/guides/websockets.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "provider/answer.hpp"
#include "provider/errors.hpp"
#include "provider/kraken_pair.hpp"
#include "provider/quote_fields.hpp"
#include "provider/socket_markets.hpp"
#include "provider/socket_text.hpp"
#include "provider/sockets.hpp"
#include "json/fields.hpp"

#include <algorithm>
#include <memory>

namespace tickertape::provider {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t markets_per_message_max = 100;
constexpr std::size_t markets_max = 4096;

class kraken_socket_api final : public socket_api {
public:
    socket_rules rules() const override
    {
        // How many messages it takes is not published and depends on its load.
        return {.silence_max = 15s, .messages_per_second = 2};
    }

    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        return kraken_pair(base, quote);
    }

    std::string target(std::span<const market>) const override { return {}; }

    void opened(std::span<const market> markets, socket_news& news) override
    {
        markets_.ask(markets, markets_max, news);
        for (std::size_t request = 0; !asked_in(request).empty(); ++request) {
            std::string message =
                R"({"method":"subscribe","params":{"channel":"ticker","symbol":[)";
            for (const auto& of : asked_in(request))
                append_quoted(message, of.name);
            message += R"(],"event_trigger":"bbo","snapshot":true},"req_id":)";
            message += std::to_string(request + 1) + '}';
            news.to_send.push_back(std::move(message));
        }
    }

    void read(std::string_view message, socket_news& news) override
    {
        const auto value = reader_.read(message);
        if (!value)
            return note_unreadable(value.error(), message, news);
        const boost::json::value* said = &*value;
        const auto channel = json::text_in(json::member(said, "channel"));
        const auto method = json::text_in(json::member(said, "method"));
        if (channel == "ticker")
            read_tickers(json::member(said, "data"), news);
        else if (channel == "heartbeat" || method == "pong")
            return;  // a byte, which is what it is for
        else if (channel == "status")
            read_status(json::member(said, "data"), news);
        else if (const auto error = words_of_error(said); !error.empty())
            read_error(said, error, news);
        else if (method == "subscribe")
            read_acknowledgement(said, news);
        else
            ++news.unknown;
    }

private:
    // What the request with the id 1, 2, 3, ... less one asks for.
    std::span<asked_market> asked_in(std::size_t request) noexcept
    {
        return markets_.part(request, markets_per_message_max);
    }

    void read_tickers(const boost::json::value* tickers, socket_news& news)
    {
        if (tickers == nullptr || !tickers->is_array())
            ++news.unknown;
        for (std::size_t i = 0; const auto* ticker = json::element(tickers, i); ++i) {
            const auto name = json::text_in(json::member(ticker, "symbol"));
            auto* of = markets_.find(name.value_or(""));
            if (of == nullptr) {
                news.unknown += name ? 0 : 1;
                continue;
            }
            const auto said = ticker_of(of->symbols.front(), ticker);
            const auto at = said ? said->upstream_time : std::nullopt;
            take(
                *of, said, at ? std::optional{at->time_since_epoch().count()} : std::nullopt, news);
        }
    }

    // {"symbol":"BTC/USD","bid":..,"ask":..,"last":..,"volume":..,"timestamp":"..",...}: the volume
    // is of 24 hours. Of a market nothing was ever traded in it is {"symbol":"ANETx/USD","bid":0,
    // "ask":0,...,"timestamp":"1970-01-01T00:00:00.000000Z"}.
    static fetched<quote> ticker_of(symbol_id symbol, const boost::json::value* ticker)
    {
        const auto* at = json::member(ticker, "timestamp");
        if (json::text_in(at).value_or("").starts_with("1970-01-01T"))
            return fetch_error{provider_errc::dead_market};
        return quote_of(
            {.symbol = symbol,
             .value = json::price_in(json::member(ticker, "last"), "last"),
             .time = json::time_if_any(at, json::time_form::rfc3339, "timestamp"),
             .book = book_in(json::member(ticker, "bid"), json::member(ticker, "ask")),
             .volume = json::member(ticker, "volume")});
    }

    // The first message, and another when it changes.
    static void read_status(const boost::json::value* statuses, socket_news& news)
    {
        for (std::size_t i = 0; const auto* status = json::element(statuses, i); ++i) {
            if (const auto system = json::text_in(json::member(status, "system")).value_or("");
                !system.empty() && system != "online")
                add_notice("the system is in " + std::string{system}, news);
            const auto* coming = json::member(status, "upcoming_maintenance");
            for (std::size_t j = 0; const auto* maintenance = json::element(coming, j); ++j)
                if (maintenance->is_object())
                    announce(maintenance, news);
        }
    }

    static void announce(const boost::json::value* maintenance, socket_news& news)
    {
        const auto word = [&](std::string_view field) {
            return std::string{json::text_in(json::member(maintenance, field)).value_or("")};
        };
        if (word("phase") == "completed")
            return;
        add_notice(
            "maintenance " + word("phase") + ": " + word("title") + ", " +
                word("expected_start_utc") + " to " + word("expected_end_utc"),
            news);
    }

    // It has "error" beside "success":false, "Error" alone, and "errorMessage" as in v1.
    static std::string_view words_of_error(const boost::json::value* said) noexcept
    {
        for (const auto field : {"error", "Error", "errorMessage"})
            if (const auto words = json::text_in(json::member(said, field)).value_or("");
                !words.empty())
                return words;
        const auto* success = json::member(said, "success");
        return success != nullptr && success->is_bool() && !success->get_bool() ? "no reason given"
                                                                                : "";
    }

    void read_error(const boost::json::value* said, std::string_view words, socket_news& news)
    {
        if (mentions(words, "msg rate") || mentions(words, "rate limit")) {
            news.failed = fetch_error{provider_errc::rate_limited, clean_words(words)};
            return;
        }
        const fetch_error why{
            mentions(words, "not supported") ? provider_errc::unknown_symbol
                                             : provider_errc::subscription_refused,
            clean_words(words)};
        if (const auto symbol = json::text_in(json::member(said, "symbol")).value_or("");
            !symbol.empty()) {
            if (auto* of = markets_.find(symbol))
                refuse(*of, why, news);
            return;
        }
        // It names no symbol: it is about the whole request, where it says which, and else about
        // whatever is not answered yet.
        auto asked = markets_.of_request(
            json::integer_in(json::member(said, "req_id")), markets_per_message_max);
        if (asked.empty())
            asked = markets_.all();
        bool is_of_any = false;
        for (auto& of : asked) {
            is_of_any = is_of_any || of.state == subscription_state::asked;
            refuse(of, why, news);
        }
        if (!is_of_any)
            add_notice(why.detail, news);
    }

    void read_acknowledgement(const boost::json::value* said, socket_news& news)
    {
        const auto* result = json::member(said, "result");
        if (result == nullptr || !result->is_object()) {
            ++news.unknown;
            return;
        }
        const auto name = json::text_in(json::member(result, "symbol"));
        if (auto* of = markets_.find(name.value_or("")))
            accept(*of, news);
        else if (!name)
            ++news.unknown;
    }

    message_reader reader_;
    socket_markets markets_;
};

}  // namespace

std::unique_ptr<socket_api> make_kraken_socket()
{
    return std::make_unique<kraken_socket_api>();
}

}  // namespace tickertape::provider
