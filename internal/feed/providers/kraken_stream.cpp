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
#include "feed/provider_answer.hpp"
#include "feed/providers/stream_markets.hpp"
#include "feed/providers/stream_text.hpp"
#include "feed/providers/streams.hpp"

#include <algorithm>

namespace tickertape {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::size_t markets_per_message_max = 100;
constexpr std::size_t markets_max = 4096;

class kraken_stream final : public stream_api {
public:
    stream_rules rules() const override
    {
        // How many messages it takes is not published and depends on its load.
        return {.silence_max = 15s, .messages_per_second = 2};
    }

    // "BTC/USD", never "XBT/USD", which is what REST and v1 call it.
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        return market_name{std::string{base} + '/' + std::string{quote}};
    }

    std::string target(std::span<const market>) const override { return {}; }

    void opened(std::span<const market> markets, stream_news& news) override
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

    void read(std::string_view message, stream_news& news) override
    {
        const auto value = reader_.read(message);
        if (!value)
            return note_unreadable(value.error(), message, news);
        const auto* said = value->if_object();
        if (said == nullptr) {
            ++news.unknown;
            return;
        }
        const auto channel = text_at(*said, "channel");
        if (channel == "ticker")
            read_tickers(*said, news);
        else if (channel == "heartbeat" || text_at(*said, "method") == "pong")
            return;  // a byte, which is what it is for
        else if (channel == "status")
            read_status(*said, news);
        else if (const auto error = words_of_error(*said); !error.empty())
            read_error(*said, error, news);
        else if (text_at(*said, "method") == "subscribe")
            read_acknowledgement(*said, news);
        else
            ++news.unknown;
    }

private:
    // What the request with the id 1, 2, 3, ... less one asks for.
    std::span<asked_market> asked_in(std::size_t request) noexcept
    {
        return markets_.part(request, markets_per_message_max);
    }

    void read_tickers(const json::object& said, stream_news& news)
    {
        const auto* tickers = array_at(said, "data");
        if (tickers == nullptr) {
            ++news.unknown;
            return;
        }
        for (const auto& one : *tickers)
            if (const auto* ticker = one.if_object())
                read_ticker(*ticker, news);
    }

    void read_ticker(const json::object& ticker, stream_news& news)
    {
        auto* of = markets_.find(text_at(ticker, "symbol"));
        if (of == nullptr)
            return;
        const auto at = rfc3339_at(ticker, "timestamp");
        said_price said{
            .value = price_at(ticker, "last"), .at = at, .book = book_at(ticker, "bid", "ask")};
        if (at && *at)
            said.order = (*at)->time_since_epoch().count();
        take(*of, said, news);
    }

    // The first message, and another when it changes.
    static void read_status(const json::object& said, stream_news& news)
    {
        const auto* data = array_at(said, "data");
        if (data == nullptr)
            return;
        for (const auto& one : *data) {
            const auto* status = one.if_object();
            if (status == nullptr)
                continue;
            if (const auto system = text_at(*status, "system");
                !system.empty() && system != "online")
                add_notice("the system is in " + std::string{system}, news);
            if (const auto* coming = array_at(*status, "upcoming_maintenance"))
                for (const auto& maintenance : *coming)
                    if (const auto* announced = maintenance.if_object())
                        announce(*announced, news);
        }
    }

    static void announce(const json::object& maintenance, stream_news& news)
    {
        const auto word = [&](std::string_view field) {
            return std::string{text_at(maintenance, field)};
        };
        if (word("phase") == "completed")
            return;
        add_notice(
            "maintenance " + word("phase") + ": " + word("title") + ", " +
                word("expected_start_utc") + " to " + word("expected_end_utc"),
            news);
    }

    // It has "error" beside "success":false, "Error" alone, and "errorMessage" as in v1.
    static std::string_view words_of_error(const json::object& said) noexcept
    {
        for (const auto field : {"error", "Error", "errorMessage"})
            if (const auto words = text_at(said, field); !words.empty())
                return words;
        const auto* success = member(said, "success");
        return success != nullptr && success->is_bool() && !success->get_bool() ? "no reason given"
                                                                                : "";
    }

    void read_error(const json::object& said, std::string_view words, stream_news& news)
    {
        if (mentions(words, "msg rate") || mentions(words, "rate limit")) {
            news.failed = fetch_error{feed_errc::rate_limited, clean_words(words)};
            return;
        }
        const fetch_error why{
            mentions(words, "not supported") ? feed_errc::unknown_symbol
                                             : feed_errc::subscription_refused,
            clean_words(words)};
        if (const auto symbol = text_at(said, "symbol"); !symbol.empty()) {
            if (auto* of = markets_.find(symbol))
                refuse(*of, why, news);
            return;
        }
        // It names no symbol: it is about the whole request, where it says which, and else about
        // whatever is not answered yet.
        const auto id = integer_at(said, "req_id").value_or(0);
        auto asked =
            id < 1 ? std::span<asked_market>{} : asked_in(static_cast<std::size_t>(id - 1));
        if (asked.empty())
            asked = markets_.all();
        bool is_of_any = false;
        for (auto& of : asked) {
            is_of_any = is_of_any || of.answer == subscription::asked;
            refuse(of, why, news);
        }
        if (!is_of_any)
            add_notice(why.detail, news);
    }

    void read_acknowledgement(const json::object& said, stream_news& news)
    {
        const auto* result = object_at(said, "result");
        if (result == nullptr) {
            ++news.unknown;
            return;
        }
        if (auto* of = markets_.find(text_at(*result, "symbol")))
            accept(*of, news);
    }

    message_reader reader_;
    stream_markets markets_;
};

}  // namespace

std::unique_ptr<stream_api> make_kraken_stream()
{
    return std::make_unique<kraken_stream>();
}

}  // namespace tickertape
