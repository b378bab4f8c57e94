// Coinbase Exchange: /products/BTC-USD/ticker, /products/stats of all without a time, and the
// channels ticker and heartbeat.
#include "support/fake_venue/venues/venues.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace fake_venue {
namespace {

constexpr std::string_view products = "/products/";

class coinbase_socket : public venue_socket {
public:
    explicit coinbase_socket(const venue& of) : venue_{of} {}

    void heard(std::string_view text, message_sink& out) override;
    void quote(const subscription& of, message_sink& out) override;
    void second_passed(message_sink& out) override;
    std::string refusal() const override { return failed("Failed to subscribe", "internal error"); }

private:
    static std::string failed(std::string_view message, std::string_view reason)
    {
        std::string text;
        append(text, R"({"type":"error","message":")", message, R"(","reason":")", reason, R"("})");
        return text;
    }
    void acknowledge(message_sink& out) const;

    const venue& venue_;
    bool wants_ticker_ = false;
    bool wants_heartbeat_ = false;
    std::string text_;
};

void coinbase_socket::heard(std::string_view text, message_sink& out)
{
    boost::system::error_code ec;
    const auto message = boost::json::parse(text, ec);
    const auto type = text_at(message, "type");
    if (type != "subscribe" && type != "unsubscribe")
        return out.send(failed("Failed to parse", "unknown type"));
    out.subscribe_seen();
    const auto ids = texts_at(message, "product_ids");
    const auto channels = texts_at(message, "channels");
    if (channels.empty())
        return out.send(failed("Failed to subscribe", "No channels provided"));
    // One product that is none fails the whole call.
    for (const auto& id : ids)
        if (!venue_.find(id))
            return out.send(failed("Failed to subscribe", id + " is not a valid product"));
    const bool is_wanted = type == "subscribe";
    for (const auto& channel : channels) {
        if (channel == "ticker" || channel == "ticker_batch")
            wants_ticker_ = is_wanted;
        else if (channel == "heartbeat")
            wants_heartbeat_ = is_wanted;
        else
            return out.send(failed("Failed to subscribe", channel + " is not a valid channel"));
    }
    for (const auto& id : ids)
        is_wanted ? add({*venue_.find(id), id}) : remove({*venue_.find(id), id});
    acknowledge(out);
    if (is_wanted)
        for (const auto& one : subscriptions())
            quote(one, out);
}

void coinbase_socket::acknowledge(message_sink& out) const
{
    std::string ids;
    for (const auto& one : subscriptions())
        append(ids, ids.empty() ? "\"" : ",\"", one.name, "\"");
    std::string text = R"({"type":"subscriptions","channels":[)";
    if (wants_ticker_)
        append(text, R"({"name":"ticker","product_ids":[)", ids, "]}");
    if (wants_heartbeat_)
        append(text, wants_ticker_ ? "," : "", R"({"name":"heartbeat","product_ids":[)", ids, "]}");
    out.send(text += "]}");
}

void coinbase_socket::quote(const subscription& of, message_sink& out)
{
    if (!wants_ticker_)
        return;
    const auto q = venue_.shown(of.pair);
    const auto id = std::to_string(q.trade_id);
    text_.clear();
    append(
        text_, R"({"type":"ticker","sequence":)", id, R"(,"product_id":")", of.name,
        R"(","price":")", q.text(q.last), R"(","open_24h":")", q.text(q.last * 0.99),
        R"(","volume_24h":"17374.93342584","low_24h":")", q.text(q.last * 0.98),
        R"(","high_24h":")", q.text(q.last * 1.02), R"(","volume_30d":"582258.79522269",)",
        R"("best_bid":")", q.text(q.bid), R"(","best_bid_size":"0.61540890","best_ask":")",
        q.text(q.ask), R"(","best_ask_size":"0.18528568","side":"buy","time":")", iso(q.at, 6),
        R"(","trade_id":)", id, R"(,"last_size":"0.05"})");
    out.send(text_);
}

void coinbase_socket::second_passed(message_sink& out)
{
    if (!wants_heartbeat_)
        return;
    for (const auto& one : subscriptions()) {
        const auto id = std::to_string(venue_.shown(one.pair).trade_id);
        text_.clear();
        append(
            text_, R"({"type":"heartbeat","sequence":)", id, R"(,"last_trade_id":)", id,
            R"(,"product_id":")", one.name, R"(","time":")", iso(venue_.clock(), 6), R"("})");
        out.send(text_);
    }
}

class coinbase : public venue {
public:
    coinbase(std::size_t place, const market& behind) : venue{"coinbase", place, behind}
    {
        for_each_pair([this](const auto& base, const auto& quote, std::size_t pair) {
            spell(base + "-" + quote, pair);
        });
    }

    bool has_sockets() const override { return true; }
    std::unique_ptr<venue_socket> open_socket(const http_request&) const override
    {
        return std::make_unique<coinbase_socket>(*this);
    }
    std::string words_of(int status) const override
    {
        return status == 429 ? message_body("Public rate limit exceeded") : venue::words_of(status);
    }

    http_answer rest(const http_request& request) const override
    {
        if (request.header("user-agent").empty())
            return {400, message_body("User-Agent header is required.")};
        if (request.path.ends_with("/products/stats"))
            return {200, stats()};
        const auto begin = request.path.find(products);
        const auto end = request.path.rfind("/ticker");
        if (begin == std::string::npos || end == std::string::npos || end < begin + products.size())
            return {404, message_body("NotFound")};
        const auto id = begin + products.size();
        const auto pair = find(request.path.substr(id, end - id));
        if (!pair)
            return {404, message_body("NotFound")};
        const auto q = shown(*pair);
        http_answer answer{.headers = {{"Cache-Control", "public, max-age=1"}}};
        append(
            answer.body, R"({"ask":")", q.text(q.ask), R"(","bid":")", q.text(q.bid),
            R"(","volume":"4916.94797396","trade_id":)", std::to_string(q.trade_id),
            R"(,"price":")", q.text(q.last), R"(","size":"0.00782662","time":")", iso(q.at, 9),
            R"(","rfq_volume":"31.625279"})");
        return answer;
    }

private:
    std::string stats() const
    {
        // Nothing else in this answer tells that nobody trades.
        const bool is_dead = misbehaviour().kind == fault_kind::dead_market;
        std::string body = "{";
        for (std::size_t pair = 0; pair < pairs().size(); ++pair) {
            if (!sells(pair))
                continue;
            const auto q = shown(pair);
            append(
                body, body.size() > 1 ? ",\"" : "\"", pairs()[pair].symbol,
                R"(":{"stats_30day":{"volume":"131512950.514","rfq_volume":"923595.884772"},)",
                R"("stats_24hour":{"open":")", q.text(q.last * 0.99), R"(","high":")",
                q.text(q.last * 1.02), R"(","low":")", q.text(q.last * 0.98), R"(","last":")",
                q.text(q.last), R"(","volume":")", is_dead ? "0" : "2183324.5",
                R"(","rfq_volume":"19973.910319"}})");
        }
        return body += "}";
    }
};

}  // namespace

std::unique_ptr<venue> make_coinbase(std::size_t place, const market& behind)
{
    return std::make_unique<coinbase>(place, behind);
}

}  // namespace fake_venue
