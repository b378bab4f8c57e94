// Bitstamp: the channels live_trades_<pair>, one message per trade; it has no ticker channel, so a
// market says nothing before its first trade, and has no book.
//
// A trade's price comes as a number that went through a float (3651.3000000000002) and as the text
// the exchange means: the text is read. Trades may share a microsecond.
//
// A refusal does not say which channel it refuses, so refusals are counted: when every subscribe
// has its answer, those that were not confirmed are those that were refused. A pair that does not
// exist may also be confirmed; that nothing comes is then the only sign.
//
// Source: www.bitstamp.net/websocket/v2/; that refusals name no channel, from recorded messages in
// public code; that unknown pairs are confirmed, from thrasher-corp/gocryptotrader pull request
// 1620.
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

constexpr std::string_view channel_prefix = "live_trades_";
// One channel each; with one more it ends the connection without a word.
constexpr std::size_t markets_max = 1024;

class bitstamp_socket_api final : public socket_api {
public:
    socket_rules rules() const override
    {
        // It says nothing by itself while nobody trades, but answers our heartbeats: two of those
        // that are not answered, and the connection is dead.
        return {
            .silence_max = 35s,
            .keep_alive = R"({"event":"bts:heartbeat"})",
            .keep_alive_every = 15s,
            .lifetime = std::chrono::days{90},
            .messages_per_second = 10};
    }

    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        return market_name{lower_case(base) + lower_case(quote)};
    }

    std::string target(std::span<const market>) const override { return {}; }

    void opened(std::span<const market> markets, socket_news& news) override
    {
        markets_.ask(markets, markets_max, news);
        for (const auto& of : markets_.all()) {
            std::string message = R"({"event":"bts:subscribe","data":{"channel":")";
            message += channel_prefix;
            message += of.name;
            message += R"("}})";
            news.to_send.push_back(std::move(message));
        }
    }

    void read(std::string_view message, socket_news& news) override
    {
        const auto value = reader_.read(message);
        if (!value)
            return note_unreadable(value.error(), message, news);
        const auto event = json::text_in(json::member(&*value, "event"));
        if (event == "trade")
            read_trade(&*value, news);
        else if (event == "bts:heartbeat")
            return;  // a byte, which is what it is for
        else if (event == "bts:subscription_succeeded")
            read_acknowledgement(&*value, news);
        else if (event == "bts:error")
            read_error(&*value, news);
        else if (event == "bts:request_reconnect")
            ask_to_reconnect(news);
        else
            ++news.unknown;
    }

private:
    // Null: not one of our channels.
    asked_market* market_of(const boost::json::value* said) noexcept
    {
        const auto channel = json::text_in(json::member(said, "channel")).value_or("");
        return channel.starts_with(channel_prefix)
                   ? markets_.find(channel.substr(channel_prefix.size()))
                   : nullptr;
    }

    void read_trade(const boost::json::value* said, socket_news& news)
    {
        auto* of = market_of(said);
        const auto* trade = json::member(said, "data");
        if (of == nullptr && json::text_in(json::member(said, "channel")))
            return;
        if (of == nullptr || trade == nullptr || !trade->is_object()) {
            ++news.unknown;
            return;
        }
        const auto* at = json::member(trade, "microtimestamp");
        const auto quote = quote_of(
            {.symbol = of->symbols.front(),
             .value = json::price_in(json::member(trade, "price_str"), "price_str"),
             .time = json::time_if_any(at, json::time_form::microseconds, "microtimestamp")});
        take(*of, quote, json::integer_in(at), news);
    }

    void read_acknowledgement(const boost::json::value* said, socket_news& news)
    {
        if (auto* of = market_of(said))
            accept(*of, news);
        else if (!json::text_in(json::member(said, "channel")))
            ++news.unknown;
        refuse_the_rest(news);
    }

    void read_error(const boost::json::value* said, socket_news& news)
    {
        const auto words = json::text_in(json::member(json::member(said, "data"), "message"));
        fetch_error why{provider_errc::subscription_refused, clean_words(words.value_or(""))};
        if (auto* of = market_of(said))
            return refuse(*of, why, news);
        if (std::ranges::none_of(markets_.all(), is_open))
            return add_notice(why.detail, news);
        ++refusals_;
        refusal_ = std::move(why);
        refuse_the_rest(news);
    }

    // If as many are unanswered as were refused without a name.
    void refuse_the_rest(socket_news& news)
    {
        if (refusals_ == 0 || std::ranges::count_if(markets_.all(), is_open) > refusals_)
            return;
        for (auto& of : markets_.all())
            refuse(of, refusal_, news);
        refusals_ = 0;
    }

    static bool is_open(const asked_market& of) noexcept
    {
        return of.state == subscription_state::asked;
    }

    static void ask_to_reconnect(socket_news& news)
    {
        news.reconnect = true;
        add_notice("the server asks for a new connection", news);
    }

    message_reader reader_;
    socket_markets markets_;
    std::ptrdiff_t refusals_ = 0;  // of subscribes, without saying of which
    fetch_error refusal_{};        // the last of them
};

}  // namespace

std::unique_ptr<socket_api> make_bitstamp_socket()
{
    return std::make_unique<bitstamp_socket_api>();
}

}  // namespace tickertape::provider
