// Coinbase Exchange: the channels "ticker", a message per trade with the book of that moment, and
// "heartbeat", a message per second and product, which tells a quiet market from a dead connection.
//
// One unknown product makes it refuse a whole subscribe, and its answers do not say which subscribe
// they are for. So one subscribe is outstanding at a time: a product named in the refusal is left
// out of the next try; where none is named, each is asked for alone, so that a bad one fails alone.
// It wants the first subscribe within 5 seconds.
//
// Source: docs.cdp.coinbase.com/exchange/websocket-feed (overview, channels, rate-limits); the
// words of a refusal from thrasher-corp/gocryptotrader pull request 1421.
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
#include <deque>
#include <memory>
#include <utility>

namespace tickertape::provider {
namespace {

using namespace std::chrono_literals;

// More than a server has symbols, so that one subscribe is the rule; at 33 bytes a name it stays
// well below 64 KiB.
constexpr std::size_t markets_per_message_max = 1024;
constexpr std::size_t markets_max = 4 * markets_per_message_max;

bool is_of_product_id(char c) noexcept
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

// Calls `f` with each word of `text` that could be a product's name: "BTC-USD", not the "BTC-USD"
// within "BTC-USDT".
template <class F>
void for_each_product_in(std::string_view text, F f)
{
    while (!text.empty()) {
        const auto begin = std::find_if(text.begin(), text.end(), is_of_product_id);
        const auto end = std::find_if_not(begin, text.end(), is_of_product_id);
        if (begin != end)
            f(text.substr(
                static_cast<std::size_t>(begin - text.begin()),
                static_cast<std::size_t>(end - begin)));
        text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    }
}

class coinbase_socket_api final : public socket_api {
public:
    socket_rules rules() const override
    {
        // It takes 100 messages a second; one is outstanding at a time anyway.
        return {.silence_max = 15s, .messages_per_second = 10};
    }

    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        return market_name{std::string{base} + '-' + std::string{quote}};
    }

    std::string target(std::span<const market>) const override { return {}; }

    void opened(std::span<const market> markets, socket_news& news) override
    {
        markets_.ask(markets, markets_max, news);
        batch part;
        for (auto& asked : markets_.all()) {
            part.push_back(&asked);
            if (part.size() == markets_per_message_max)
                waiting_.push_back(std::exchange(part, {}));
        }
        if (!part.empty())
            waiting_.push_back(std::move(part));
        subscribe_next(news);
    }

    void read(std::string_view message, socket_news& news) override
    {
        const auto value = reader_.read(message);
        if (!value)
            return note_unreadable(value.error(), message, news);
        const auto type = json::text_in(json::member(&*value, "type"));
        if (type == "ticker")
            read_ticker(&*value, news);
        else if (type == "heartbeat")
            return;  // a byte, which is what it is for
        else if (type == "subscriptions")
            read_subscriptions(&*value, news);
        else if (type == "error")
            read_error(&*value, news);
        else
            ++news.unknown;
    }

private:
    using batch = std::vector<asked_market*>;

    void read_ticker(const boost::json::value* said, socket_news& news)
    {
        const auto name = json::text_in(json::member(said, "product_id"));
        auto* of = markets_.find(name.value_or(""));
        if (of == nullptr) {
            news.unknown += name ? 0 : 1;
            return;
        }
        // `sequence` always skips on this channel, so it tells the order and no loss. `time` is the
        // last trade's.
        const auto quote = quote_of(
            {.symbol = of->symbols.front(),
             .value = json::price_in(json::member(said, "price"), "price"),
             .time =
                 json::time_if_any(json::member(said, "time"), json::time_form::rfc3339, "time"),
             .book = book_in(json::member(said, "best_bid"), json::member(said, "best_ask")),
             .volume = json::member(said, "volume_24h")});
        take(*of, quote, json::integer_in(json::member(said, "sequence")), news);
    }

    // Each says all that is subscribed by now. One that has no ticker is not the answer to any of
    // our subscribes.
    void read_subscriptions(const boost::json::value* said, socket_news& news)
    {
        bool is_answer = false;
        const auto* channels = json::member(said, "channels");
        for (std::size_t i = 0; const auto* channel = json::element(channels, i); ++i)
            if (json::text_in(json::member(channel, "name")) == "ticker")
                is_answer = accept_listed(json::member(channel, "product_ids"), news) || is_answer;
        if (!is_answer)
            return;
        for (auto* left_out : outstanding_)
            refuse(
                *left_out, {provider_errc::subscription_refused, "not in the acknowledgement"},
                news);
        subscribe_next(news);
    }

    // Returns whether it lists any.
    bool accept_listed(const boost::json::value* products, socket_news& news)
    {
        for (std::size_t i = 0; const auto* product = json::element(products, i); ++i)
            if (auto* of = markets_.find(json::text_in(product).value_or("")))
                accept(*of, news);
        return json::element(products, 0) != nullptr;
    }

    void read_error(const boost::json::value* said, socket_news& news)
    {
        const auto message = json::text_in(json::member(said, "message")).value_or("");
        const auto reason = json::text_in(json::member(said, "reason")).value_or("");
        const fetch_error why{
            mentions(reason, "valid product") ? provider_errc::unknown_symbol
                                              : provider_errc::subscription_refused,
            clean_words(std::string{message} + ": " + std::string{reason})};
        if (mentions(message, "rate limit") || mentions(reason, "rate limit")) {
            news.failed = fetch_error{provider_errc::rate_limited, why.detail};
            return;
        }
        if (outstanding_.empty())
            return add_notice(why.detail, news);

        bool is_named = false;
        for_each_product_in(reason, [&](std::string_view name) {
            auto* of = markets_.find(name);
            if (of != nullptr && std::ranges::find(outstanding_, of) != outstanding_.end())
                refuse(*of, why, news);
            is_named = is_named || (of != nullptr && of->state == subscription_state::refused);
        });
        if (is_named)
            return subscribe_without_refused(news);
        if (outstanding_.size() == 1)
            refuse(*outstanding_.front(), why, news);
        else
            for (auto of = outstanding_.rbegin(); of != outstanding_.rend(); ++of)
                waiting_.push_front({*of});
        subscribe_next(news);
    }

    // Where several products of a subscribe are bad, an error may come for each. One that names
    // what is refused already is about an earlier subscribe: the one outstanding has its own answer
    // to come.
    void subscribe_without_refused(socket_news& news)
    {
        const auto is_refused = [](const asked_market* of) {
            return of->state == subscription_state::refused;
        };
        if (std::erase_if(outstanding_, is_refused) == 0)
            return;
        if (outstanding_.empty())
            return subscribe_next(news);
        send_subscribe(news);
    }

    void subscribe_next(socket_news& news)
    {
        outstanding_.clear();
        if (waiting_.empty())
            return;
        outstanding_ = std::move(waiting_.front());
        waiting_.pop_front();
        send_subscribe(news);
    }

    void send_subscribe(socket_news& news) const
    {
        std::string message = R"({"type":"subscribe","product_ids":[)";
        for (const auto* of : outstanding_)
            append_quoted(message, of->name);
        message += R"(],"channels":["ticker","heartbeat"]})";
        news.to_send.push_back(std::move(message));
    }

    message_reader reader_;
    socket_markets markets_;
    batch outstanding_;          // what the subscribe that is not answered yet is for
    std::deque<batch> waiting_;  // one subscribe each, after that
};

}  // namespace

std::unique_ptr<socket_api> make_coinbase_socket()
{
    return std::make_unique<coinbase_socket_api>();
}

}  // namespace tickertape::provider
