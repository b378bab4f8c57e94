// Bitstamp: /api/v2/ticker/, of one pair or of all; and the live_trades channels.
#include "support/fake_venue/venues/venues.hpp"

#include <boost/json/parse.hpp>

namespace fake_venue {
namespace {

constexpr std::string_view trades = "live_trades_";

class bitstamp_socket : public venue_socket {
public:
    explicit bitstamp_socket(const venue& of) : venue_{of} {}

    void heard(std::string_view text, message_sink& out) override;
    void quote(const subscription& of, message_sink& out) override;
    std::string refusal() const override
    {
        return R"({"event":"bts:error","channel":"","data":{"code":null,)"
               R"("message":"Bad subscription string."}})";
    }
    std::string please_reconnect() const override
    {
        return R"({"event":"bts:request_reconnect","channel":"","data":""})";
    }

private:
    const venue& venue_;
    std::string text_;
};

void bitstamp_socket::heard(std::string_view text, message_sink& out)
{
    boost::system::error_code ec;
    const auto message = boost::json::parse(text, ec);
    const auto event = text_at(message, "event");
    if (event == "bts:heartbeat")
        return out.send(R"({"event":"bts:heartbeat","channel":"","data":{"status":"success"}})");
    const bool is_wanted = event == "bts:subscribe";
    if (!is_wanted && event != "bts:unsubscribe")
        return out.send(refusal());
    out.subscribe_seen();
    const auto* const inner = message.get_object().if_contains("data");
    const std::string channel{inner != nullptr ? text_at(*inner, "channel") : std::string_view{}};
    const auto pair =
        channel.starts_with(trades) ? venue_.find(channel.substr(trades.size())) : std::nullopt;
    if (!pair)
        return out.send(refusal());
    is_wanted ? add({*pair, channel}) : remove({*pair, channel});
    text_.clear();
    append(
        text_, R"({"event":"bts:)", is_wanted ? "subscription" : "unsubscription",
        R"(_succeeded","channel":")", channel, R"(","data":{}})");
    out.send(text_);
}

void bitstamp_socket::quote(const subscription& of, message_sink& out)
{
    const auto q = venue_.shown(of.pair);
    const auto us = std::to_string(q.at.time_since_epoch().count());
    text_.clear();
    append(
        text_, R"({"data":{"id":)", std::to_string(q.trade_id), R"(,"timestamp":")",
        std::to_string(unix_ms(q.at) / 1000),
        R"(","amount":0.241,"amount_str":"0.24100000","price":)", q.text(q.last),
        R"(,"price_str":")", q.text(q.last), R"(","type":0,"microtimestamp":")", us,
        R"(","buy_order_id":1982008431775746,"sell_order_id":1982008430600193},"channel":")",
        of.name, R"(","event":"trade"})");
    out.send(text_);
}

class bitstamp : public venue {
public:
    bitstamp(std::size_t place, const market& behind) : venue{"bitstamp", place, behind}
    {
        for_each_pair([this](const auto& base, const auto& quote, std::size_t pair) {
            spell(lower(base + quote), pair);
        });
    }

    bool has_sockets() const override { return true; }
    std::unique_ptr<venue_socket> open_socket(const http_request&) const override
    {
        return std::make_unique<bitstamp_socket>(*this);
    }

    http_answer rest(const http_request& request) const override
    {
        const auto parts = split(request.path, '/');
        if (!parts.empty() && parts.back() == "ticker")
            return {200, all()};
        const bool is_ticker = parts.size() >= 2 && parts[parts.size() - 2] == "ticker";
        const auto pair = is_ticker ? find(std::string{parts.back()}) : std::nullopt;
        if (!pair && is_ticker)
            return {404, R"({"status":"error","reason":"No such pair","code":"404.003"})"};
        if (!pair)
            return {404, R"({"status":"error","reason":"Not found","code":"404.001"})"};
        http_answer answer{.body = "{"};
        write(answer.body, shown(*pair));
        answer.body += '}';
        return answer;
    }

private:
    std::string all() const
    {
        std::string body = "[";
        for (std::size_t pair = 0; pair < pairs().size(); ++pair) {
            if (!sells(pair))
                continue;
            const auto name = pairs()[pair].base + "/" + pairs()[pair].quote;
            body += body.size() > 1 ? ",{" : "{";
            write(body, shown(pair));
            append(
                body, R"(,"market_type":"SPOT","pair":")", name, R"(","market":")", name, R"("})");
        }
        return body += "]";
    }

    static void write(std::string& out, const shown_quote& q)
    {
        const auto open = q.text(q.last * 0.99);
        append(
            out, R"("timestamp":")", std::to_string(unix_ms(q.at) / 1000), R"(","open":")", open,
            R"(","high":")", q.text(q.last * 1.02), R"(","low":")", q.text(q.last * 0.98),
            R"(","last":")", q.text(q.last), R"(","volume":"57747.186","vwap":")", q.text(q.last),
            R"(","bid":")", q.text(q.bid), R"(","ask":")", q.text(q.ask),
            R"(","side":"1","open_24":")", open, R"(","percent_change_24":"1.01")");
    }
};

}  // namespace

std::unique_ptr<venue> make_bitstamp(std::size_t place, const market& behind)
{
    return std::make_unique<bitstamp>(place, behind);
}

}  // namespace fake_venue
