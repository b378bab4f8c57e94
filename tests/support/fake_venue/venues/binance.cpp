// Binance: /api/v3/ticker/24hr, /price and /bookTicker; sockets at /ws and /stream. It has no
// dollars: what the market trades in USD is sold here as USDT and USDC.
#include "support/fake_venue/venues/venues.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace fake_venue {
namespace {

constexpr std::array<std::string_view, 5> stream_kinds{
    "ticker", "miniTicker", "trade", "aggTrade", "bookTicker"};

class binance_socket : public venue_socket {
public:
    binance_socket(const venue& of, const http_request& upgrade)
        : venue_{of}, is_wrapped_{upgrade.path.ends_with("/stream")}
    {
        const auto raw = upgrade.path.find("/ws/");
        const auto combined = upgrade.value("streams").value_or("");
        const auto names = raw == std::string::npos
                               ? combined
                               : upgrade.path.substr(raw + std::string_view{"/ws/"}.size());
        for (const auto name : split(names, '/'))
            subscribe(std::string{name}, true);
        subscribed_by_target_ = !names.empty();
    }

    void opened(message_sink& out) override
    {
        if (subscribed_by_target_)
            out.subscribe_seen();
    }
    void heard(std::string_view text, message_sink& out) override;
    void quote(const subscription& of, message_sink& out) override;
    std::string refusal() const override
    {
        return R"({"code":2,"msg":"Invalid request: unknown variant"})";
    }
    std::string please_reconnect() const override
    {
        return R"({"e":"serverShutdown","E":)" + std::to_string(unix_ms(venue_.clock())) + "}";
    }

private:
    // A name that is none is accepted in silence.
    void subscribe(const std::string& name, bool is_wanted)
    {
        const auto at = std::min(name.find('@'), name.size());
        const auto kind = std::ranges::find(
            stream_kinds, std::string_view{name}.substr(std::min(at + 1, name.size())));
        const bool is_lower = lower(name.substr(0, at)) == name.substr(0, at);
        const auto pair = venue_.find(upper(name.substr(0, at)));
        if (!pair || kind == stream_kinds.end() || !is_lower)
            return;
        const subscription one{*pair, name, static_cast<int>(kind - stream_kinds.begin())};
        is_wanted ? add(one) : remove(one);
    }
    void write(const subscription& of);

    const venue& venue_;
    bool is_wrapped_;
    bool subscribed_by_target_ = false;
    std::string text_;
};

void binance_socket::heard(std::string_view text, message_sink& out)
{
    boost::system::error_code ec;
    const auto message = boost::json::parse(text, ec);
    const auto method = text_at(message, "method");
    if (method != "SUBSCRIBE" && method != "UNSUBSCRIBE")
        return out.send(refusal());
    out.subscribe_seen();
    for (const auto& name : texts_at(message, "params"))
        subscribe(name, method == "SUBSCRIBE");
    const auto* const id = message.get_object().if_contains("id");
    out.send(
        R"({"result":null,"id":)" + (id != nullptr ? boost::json::serialize(*id) : "null") + "}");
}

void binance_socket::quote(const subscription& of, message_sink& out)
{
    text_.clear();
    if (is_wrapped_)
        append(text_, R"({"stream":")", of.name, R"(","data":)");
    write(of);
    if (is_wrapped_)
        text_ += '}';
    out.send(text_);
}

void binance_socket::write(const subscription& of)
{
    const auto q = venue_.shown(of.pair);
    const auto kind = stream_kinds[static_cast<std::size_t>(of.kind)];
    const auto symbol = upper(of.name.substr(0, of.name.find('@')));
    const auto now = std::to_string(unix_ms(q.at));
    const auto id = std::to_string(q.trade_id);
    const auto last = q.text(q.last);
    const auto open = q.text(q.last * 0.99);
    const auto high = q.text(q.last * 1.02);
    const auto low = q.text(q.last * 0.98);
    if (kind == "ticker")
        append(
            text_, R"({"e":"24hrTicker","E":)", now, R"(,"s":")", symbol, R"(","p":")",
            q.text(q.last * 0.01), R"(","P":"0.182","w":")", last, R"(","x":")", open, R"(","c":")",
            last, R"(","Q":"0.00012000","b":")", q.text(q.bid), R"(","B":"0.07847000","a":")",
            q.text(q.ask), R"(","A":"0.07565000","o":")", open, R"(","h":")", high, R"(","l":")",
            low, R"(","v":"2109.00156000","q":"199349146.64212320","O":1745580121865,"C":)", now,
            R"(,"F":2008166,"L":2088364,"n":80199})");
    else if (kind == "miniTicker")
        append(
            text_, R"({"e":"24hrMiniTicker","E":)", now, R"(,"s":")", symbol, R"(","c":")", last,
            R"(","o":")", open, R"(","h":")", high, R"(","l":")", low,
            R"(","v":"2109.00156000","q":"199349146.64212320"})");
    else if (kind == "trade")
        append(
            text_, R"({"e":"trade","E":)", now, R"(,"s":")", symbol, R"(","t":)", id, R"(,"p":")",
            last, R"(","q":"0.01000000","T":)", now, R"(,"m":false,"M":true})");
    else if (kind == "aggTrade")
        append(
            text_, R"({"e":"aggTrade","E":)", now, R"(,"s":")", symbol, R"(","a":)", id,
            R"(,"p":")", last, R"(","q":"0.01000000","f":)", id, R"(,"l":)", id, R"(,"T":)", now,
            R"(,"m":false,"M":true})");
    else
        append(
            text_, R"({"u":)", id, R"(,"s":")", symbol, R"(","b":")", q.text(q.bid),
            R"(","B":"0.14245900","a":")", q.text(q.ask), R"(","A":"0.03120100"})");
}

class binance : public venue {
public:
    binance(std::size_t place, const market& behind) : venue{"binance", place, behind}
    {
        for_each_pair([this](const auto& base, const auto& quote, std::size_t pair) {
            if (quote != "USD")
                spell(base + quote, pair);
        });
    }

    bool has_sockets() const override { return true; }
    std::unique_ptr<venue_socket> open_socket(const http_request& upgrade) const override
    {
        return std::make_unique<binance_socket>(*this, upgrade);
    }
    std::string words_of(int status) const override
    {
        switch (status) {
        case 418:
            return R"({"code":-1003,"msg":"Way too much request weight used; IP banned until )"
                   R"(1659761931230. Please use the websocket for live updates to avoid bans."})";
        case 429:
            return R"({"code":-1003,"msg":"Too many requests; current request has limited."})";
        case 451:
            return R"({"code":0,"msg":"Service unavailable from a restricted location according )"
                   R"(to 'b. Eligibility' in https://www.binance.com/en/terms."})";
        default:
            return R"({"code":-1008,"msg":"Server is currently overloaded."})";
        }
    }

    http_answer rest(const http_request& request) const override
    {
        http_answer answer{.headers = {{"X-MBX-USED-WEIGHT-1M", "2"}}};
        const auto kind =
            request.path.substr(std::min(request.path.rfind('/'), request.path.size()));
        const auto single = request.value("symbol");
        boost::system::error_code ec;
        std::vector<std::string> symbols;
        if (single) {
            symbols.push_back(*single);
        } else {
            // texts_at() wants an object around the array.
            const auto list = boost::json::parse(
                R"({"symbols":)" + request.value("symbols").value_or("[]") + "}", ec);
            symbols = texts_at(list, "symbols");
        }
        for (const auto& symbol : symbols)
            if (!find(symbol)) {
                answer.status = 400;
                answer.body = R"({"code":-1121,"msg":"Invalid symbol."})";
                return answer;
            }
        for (const auto& symbol : symbols) {
            answer.body += answer.body.empty() ? "" : ",";
            write(answer.body, kind, symbol);
        }
        if (!single)
            answer.body = "[" + answer.body + "]";
        return answer;
    }

private:
    void write(std::string& out, std::string_view kind, const std::string& symbol) const
    {
        const auto q = shown(*find(symbol));
        const auto last = q.text(q.last);
        if (kind == "/price") {
            append(out, R"({"symbol":")", symbol, R"(","price":")", last, R"("})");
            return;
        }
        if (kind == "/bookTicker") {
            append(
                out, R"({"symbol":")", symbol, R"(","bidPrice":")", q.text(q.bid),
                R"(","bidQty":"0.65849000","askPrice":")", q.text(q.ask),
                R"(","askQty":"0.13802000"})");
            return;
        }
        const auto open = q.text(q.last * 0.99);
        append(
            out, R"({"symbol":")", symbol, R"(","priceChange":")", q.text(q.last * 0.01),
            R"(","priceChangePercent":"1.010","weightedAvgPrice":")", last,
            R"(","prevClosePrice":")", open, R"(","lastPrice":")", last,
            R"(","lastQty":"0.00352000","bidPrice":")", q.text(q.bid),
            R"(","bidQty":"0.65849000","askPrice":")", q.text(q.ask),
            R"(","askQty":"0.13802000","openPrice":")", open, R"(","highPrice":")",
            q.text(q.last * 1.02), R"(","lowPrice":")", q.text(q.last * 0.98),
            R"(","volume":"33136.69765000","quoteVolume":"1592599905.80360790","openTime":)",
            std::to_string(unix_ms(q.at) - 86'400'000), R"(,"closeTime":)",
            std::to_string(unix_ms(q.at)),
            R"(,"firstId":1191596486,"lastId":1192649611,"count":1053126})");
    }
};

}  // namespace

std::unique_ptr<venue> make_binance(std::size_t place, const market& behind)
{
    return std::make_unique<binance>(place, behind);
}

}  // namespace fake_venue
