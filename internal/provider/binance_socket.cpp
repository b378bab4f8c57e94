// Binance: the streams <symbol>@ticker, one message a second with last price, best bid and best
// ask. @trade would be every trade, thousands a minute for a market whose price we publish a few
// times a second at most, and has no book; @miniTicker has no book; @bookTicker has no price and no
// time. The second costs at most one second, and what it has is all of one moment.
//
// The time is the event's ("E"), when the message was made: there is none of the last trade.
//
// It has no market in USD: BTC/USDT and BTC/USDC are other markets, which do not become USD here.
// The name of a stream that does not exist is accepted in silence: that nothing comes is the only
// sign, and the age of the price shows it.
//
// Source: binance/binance-spot-api-docs, web-socket-streams.md of 2026-07-21.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "provider/answer.hpp"
#include "provider/errors.hpp"
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

// About 2 KB a message.
constexpr std::size_t markets_per_message_max = 100;
// One stream each.
constexpr std::size_t markets_max = 1024;

class binance_socket_api final : public socket_api {
public:
    socket_rules rules() const override
    {
        // It pings every 20 seconds; three that do not come are no accident. It takes 5 messages a
        // second, our answers to its pings counted.
        return {.silence_max = 60s, .lifetime = 24h, .messages_per_second = 4};
    }

    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        if (quote == "USD")
            return std::nullopt;
        return market_name{std::string{base} + std::string{quote}};
    }

    std::string target(std::span<const market>) const override { return "/stream"; }

    void opened(std::span<const market> markets, socket_news& news) override
    {
        markets_.ask(markets, markets_max, news);
        for (std::size_t request = 0; !asked_in(request).empty(); ++request) {
            std::string message = R"({"method":"SUBSCRIBE","params":[)";
            for (const auto& of : asked_in(request))
                append_quoted(message, lower_case(of.name) + "@ticker");
            message += R"(],"id":)" + std::to_string(request + 1) + '}';
            news.to_send.push_back(std::move(message));
        }
    }

    void read(std::string_view message, socket_news& news) override
    {
        const auto value = reader_.read(message);
        if (!value)
            return note_unreadable(value.error(), message, news);
        const boost::json::value* said = &*value;
        // {"stream":"..","data":{..}} where we connect, the inner one alone at the path /ws, and
        // {"event":{..}} around what is about the connection.
        const auto* event = said;
        for (const auto around : {"data", "event"})
            if (const auto* inner = json::member(said, around)) {
                event = inner;
                break;
            }
        const auto type = json::text_in(json::member(event, "e"));
        if (type == "24hrTicker") {
            read_ticker(event, news);
        } else if (type == "serverShutdown") {
            news.reconnect = true;
            add_notice("the server is about to shut down", news);
        } else if (const auto* error = error_in(said)) {
            read_error(said, error, news);
        } else if (const auto* result = json::member(said, "result"); result && result->is_null()) {
            read_acknowledgement(said, news);
        } else {
            ++news.unknown;
        }
    }

private:
    // What the request with the id 1, 2, 3, ... less one asks for.
    std::span<asked_market> asked_in(std::size_t request) noexcept
    {
        return markets_.part(request, markets_per_message_max);
    }

    // Empty: it has no id, or one that is not ours.
    std::span<asked_market> asked_by_id_of(const boost::json::value* said) noexcept
    {
        return markets_.of_request(
            json::integer_in(json::member(said, "id")), markets_per_message_max);
    }

    // {"e":"24hrTicker","E":1745666522004,"s":"BTCUSDT","c":"..","b":"..","a":"..","v":"..",...}
    void read_ticker(const boost::json::value* event, socket_news& news)
    {
        const auto name = json::text_in(json::member(event, "s"));
        auto* of = markets_.find(name.value_or(""));
        if (of == nullptr) {
            news.unknown += name ? 0 : 1;
            return;
        }
        const auto said = quote_of(
            {.symbol = of->symbols.front(),
             .value = json::price_in(json::member(event, "c"), "c"),
             .time =
                 json::time_if_any(json::member(event, "E"), json::time_form::milliseconds, "E"),
             .book = book_in(json::member(event, "b"), json::member(event, "a")),
             .volume = json::member(event, "v")});
        take(*of, said, json::integer_in(json::member(event, "E")), news);
    }

    void read_acknowledgement(const boost::json::value* said, socket_news& news)
    {
        const auto asked = asked_by_id_of(said);
        if (asked.empty())
            ++news.unknown;
        for (auto& of : asked)
            accept(of, news);
    }

    // {"error":{"code":2,"msg":".."},"id":1}, or the inner one alone, with an id or without.
    static const boost::json::value* error_in(const boost::json::value* said) noexcept
    {
        if (const auto* error = json::member(said, "error"))
            return error;
        return json::member(said, "code") != nullptr && json::member(said, "msg") != nullptr
                   ? said
                   : nullptr;
    }

    void
    read_error(const boost::json::value* said, const boost::json::value* error, socket_news& news)
    {
        constexpr int too_many_requests = -1003;
        const auto code = json::integer_in(json::member(error, "code"));
        const auto words = clean_words(json::text_in(json::member(error, "msg")).value_or(""));
        if (code == too_many_requests || mentions(words, "too many")) {
            news.failed = fetch_error{provider_errc::rate_limited, words};
            return;
        }
        // An error without an id is the answer to the oldest request that has none: answers keep
        // the order of the requests.
        auto asked = asked_by_id_of(said);
        const auto is_open = [](const asked_market& of) {
            return of.state == subscription_state::asked;
        };
        for (std::size_t request = 0; asked.empty() && !asked_in(request).empty(); ++request)
            if (std::ranges::any_of(asked_in(request), is_open))
                asked = asked_in(request);
        if (asked.empty())
            return add_notice(words, news);
        for (auto& of : asked)
            refuse(of, {provider_errc::subscription_refused, words}, news);
    }

    message_reader reader_;
    socket_markets markets_;
};

}  // namespace

std::unique_ptr<socket_api> make_binance_socket()
{
    return std::make_unique<binance_socket_api>();
}

}  // namespace tickertape::provider
