// Kraken: /0/public/Ticker, errors at status 200; and the ticker channel of its v2 socket.
#include "support/fake_venue/venues/venues.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace fake_venue {
namespace {

std::string kraken_asset(const std::string& asset)
{
    return asset == "BTC" ? "XBT" : asset == "DOGE" ? "XDG" : asset;
}

// The keys of its answers are of three ages.
std::string legacy_key(const std::string& base, const std::string& quote)
{
    constexpr std::array old_coins{"ETC", "ETH", "LTC", "MLN", "REP",
                                   "XBT", "XLM", "XMR", "XRP", "ZEC"};
    constexpr std::array old_money{"USD", "EUR", "GBP", "CAD", "JPY"};
    const bool is_old = std::ranges::find(old_coins, base) != old_coins.end();
    const bool is_money = std::ranges::find(old_money, quote) != old_money.end();
    const bool is_old_quote = std::ranges::find(old_coins, quote) != old_coins.end();
    if (is_old && is_money)
        return "X" + base + "Z" + quote;
    if (is_old && is_old_quote)
        return "X" + base + "X" + quote;
    return base == "USDT" && is_money ? base + "Z" + quote : base + quote;
}

class kraken_socket : public venue_socket {
public:
    explicit kraken_socket(const venue& of) : venue_{of} {}

    void opened(message_sink& out) override
    {
        out.send(
            R"({"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online",)"
            R"("api_version":"v2","connection_id":13364750901719990046,"upcoming_maintenance":[],)"
            R"("emergency":[]}]})");
    }
    void heard(std::string_view text, message_sink& out) override;
    void quote(const subscription& of, message_sink& out) override { send(of, "update", out); }
    void second_passed(message_sink& out) override { out.send(R"({"channel":"heartbeat"})"); }
    std::string refusal() const override { return R"({"Error":"Exceeded msg rate"})"; }
    std::string please_reconnect() const override
    {
        return R"({"channel":"status","type":"update","data":[{"version":"2.0.10",)"
               R"("system":"maintenance","api_version":"v2","connection_id":3364750901719990046}]})";
    }

private:
    void subscribe(const boost::json::value& message, message_sink& out);
    void send(const subscription& of, std::string_view type, message_sink& out);

    const venue& venue_;
    std::string text_;
};

// What the client called its request, as it comes back: `,"req_id":1`, or nothing.
std::string echoed_id(const boost::json::value& message)
{
    const auto* const object = message.if_object();
    const auto* const id = object != nullptr ? object->if_contains("req_id") : nullptr;
    return id != nullptr ? ",\"req_id\":" + boost::json::serialize(*id) : std::string{};
}

void kraken_socket::heard(std::string_view text, message_sink& out)
{
    boost::system::error_code ec;
    const auto message = boost::json::parse(text, ec);
    const auto method = text_at(message, "method");
    if (method == "subscribe" || method == "unsubscribe") {
        subscribe(message, out);
    } else if (method == "ping") {
        const auto now = iso(venue_.clock(), 6);
        out.send(
            R"({"method":"pong")" + echoed_id(message) + R"(,"time_in":")" + now +
            R"(","time_out":")" + now + R"("})");
    } else {
        out.send(R"({"error":"Method not supported","method":null,"success":false})");
    }
}

void kraken_socket::subscribe(const boost::json::value& message, message_sink& out)
{
    out.subscribe_seen();
    const auto* const params = message.get_object().if_contains("params");
    const auto names = params != nullptr ? texts_at(*params, "symbol") : std::vector<std::string>{};
    const bool is_wanted = text_at(message, "method") == "subscribe";
    const std::string_view method = is_wanted ? "subscribe" : "unsubscribe";
    const auto id = echoed_id(message);
    const auto now = iso(venue_.clock(), 6);
    for (const auto& name : names) {
        text_.clear();
        const auto pair = name.starts_with("XBT/") ? std::nullopt : venue_.find(name);
        if (!pair) {
            append(
                text_, R"({"error":"Currency pair not supported )", name, R"(","method":")", method,
                R"(")", id, R"(,"success":false,"symbol":")", name, R"(","time_in":")", now,
                R"(","time_out":")", now, R"("})");
            out.send(text_);
            continue;
        }
        append(
            text_, R"({"method":")", method, R"(")", id,
            R"(,"result":{"channel":"ticker","event_trigger":"trades","snapshot":true,"symbol":")",
            name, R"("},"success":true,"time_in":")", now, R"(","time_out":")", now, R"("})");
        out.send(text_);
        is_wanted ? add({*pair, name}) : remove({*pair, name});
        if (is_wanted)
            send({*pair, name}, "snapshot", out);
    }
}

void kraken_socket::send(const subscription& of, std::string_view type, message_sink& out)
{
    const auto q = venue_.shown(of.pair);
    text_.clear();
    append(
        text_, R"({"channel":"ticker","type":")", type, R"(","data":[{"symbol":")", of.name,
        R"(","bid":)", q.text(q.bid), R"(,"bid_qty":329.06250000,"ask":)", q.text(q.ask),
        R"(,"ask_qty":1771.75027615,"last":)", q.text(q.last),
        R"(,"volume":9095630.20903971,"vwap":)", q.text(q.last), R"(,"low":)",
        q.text(q.last * 0.98), R"(,"high":)", q.text(q.last * 1.02), R"(,"change":)",
        q.text(q.last * 0.0525), R"(,"change_pct":5.25,"trades":4606,"timestamp":")", iso(q.at, 6),
        R"("}]})");
    out.send(text_);
}

class kraken : public venue {
public:
    kraken(std::size_t place, const market& behind) : venue{"kraken", place, behind}
    {
        for_each_pair([this](const auto& base, const auto& quote, std::size_t pair) {
            const auto b = kraken_asset(base);
            const auto q = kraken_asset(quote);
            const auto readable = joined(base, "/", quote);
            const auto legacy = legacy_key(b, q);
            for (const auto& name : {readable, joined(b, "/", q), b + q, base + quote, legacy}) {
                spell(name, pair);
                readable_.emplace(name, readable);
            }
            legacy_.emplace(readable, legacy);
        });
    }

    bool has_sockets() const override { return true; }
    std::unique_ptr<venue_socket> open_socket(const http_request&) const override
    {
        return std::make_unique<kraken_socket>(*this);
    }
    std::string words_of(int status) const override
    {
        return status == 503 ? error_body("EService:Unavailable")
                             : error_body("EGeneral:Too many requests");
    }

    http_answer rest(const http_request& request) const override
    {
        if (!request.path.ends_with("/Ticker"))
            return {200, error_body("EGeneral:Unknown method")};
        const bool is_readable = request.value("assetVersion") == "1";
        std::map<std::string, std::size_t> asked;
        // Asked for none, it gives all.
        if (request.values("pair").empty())
            for (const auto& [name, key] : readable_)
                asked.emplace(is_readable ? key : legacy_.at(key), *find(name));
        for (const auto& name : request.values("pair")) {
            const auto pair = find(name);
            // One pair that is none loses all of them.
            if (!pair)
                return {200, error_body("EQuery:Unknown asset pair")};
            const auto& key = readable_.at(name);
            asked.emplace(is_readable ? key : legacy_.at(key), *pair);
        }
        http_answer answer{
            .body = R"({"error":[],"result":{)",
            .headers = {{"Cache-Control", "max-age=2, public"}}};
        bool is_first = true;
        for (const auto& [key, pair] : asked) {
            append(answer.body, is_first ? "\"" : ",\"", key, "\":");
            write(answer.body, shown(pair));
            is_first = false;
        }
        answer.body += "}}";
        return answer;
    }

private:
    static std::string error_body(std::string_view text)
    {
        std::string body;
        append(body, R"({"error":[")", text, R"("]})");
        return body;
    }

    static void write(std::string& out, const shown_quote& q)
    {
        append(
            out, R"({"a":[")", q.text(q.ask), R"(","1","1.000"],"b":[")", q.text(q.bid),
            R"(","1","1.000"],"c":[")", q.text(q.last),
            R"(","0.00067643"],"v":["4083.67001100","4412.73601799"],"p":[")", q.text(q.last),
            R"(",")", q.text(q.last), R"("],"t":[34619,38907],"l":[")", q.text(q.last * 0.98),
            R"(",")", q.text(q.last * 0.98), R"("],"h":[")", q.text(q.last * 1.02), R"(",")",
            q.text(q.last * 1.02), R"("],"o":")", q.text(q.last * 0.99), R"("})");
    }

    std::map<std::string, std::string> readable_;  // any name to "BTC/USD"
    std::map<std::string, std::string> legacy_;    // "BTC/USD" to "XXBTZUSD"
};

}  // namespace

std::unique_ptr<venue> make_kraken(std::size_t place, const market& behind)
{
    return std::make_unique<kraken>(place, behind);
}

}  // namespace fake_venue
