// CoinGecko: /simple/price. What it does not know is just not there.
#include "provider/coingecko_coins.hpp"
#include "support/fake_venue/venues/venues.hpp"

#include <map>

namespace fake_venue {
namespace {

class coingecko : public venue {
public:
    coingecko(std::size_t place, const market& behind) : venue{"coingecko", place, behind}
    {
        for_each_pair([this](const auto& base, const auto& quote, std::size_t pair) {
            if (quote == "USDT" || quote == "USDC")
                return;
            const auto known = tickertape::provider::coingecko_id(base);
            spell((known ? std::string{*known} : lower(base)) + "," + lower(quote), pair);
        });
    }

    std::string words_of(int status) const override
    {
        if (status == 429)
            return error(
                429, "You've exceeded the Rate Limit. Please visit "
                     "https://www.coingecko.com/en/api/pricing to subscribe to our API "
                     "plans for higher rate limits.");
        return status == 500 ? R"({"status":500,"error":"Internal Server Error"})"
                             : error(status, "Something is wrong");
    }

    http_answer rest(const http_request& request) const override
    {
        if (request.header("user-agent").empty())
            return {403, error(403, "Please add a descriptive User-Agent to your request.")};
        if (!request.path.ends_with("/simple/price"))
            return {404, R"({"error":"Incorrect path."})"};
        const auto ids = request.values("ids");
        const auto currencies = request.values("vs_currencies");
        if (ids.empty())
            return {422, R"({"error":"Missing parameter ids"})"};
        if (currencies.empty())
            return {422, R"({"error":"Missing parameter vs_currency"})"};
        std::map<std::string, std::string> coins;
        for (const auto& id : ids)
            for (const auto& currency : currencies)
                if (const auto pair = find(joined(id, ",", currency))) {
                    auto& prices = coins[id];
                    const auto q = shown(*pair);
                    append(prices, prices.empty() ? "\"" : ",\"", currency, "\":", q.text(q.last));
                }
        const bool is_dated = request.value("include_last_updated_at") == "true";
        http_answer answer{
            .body = "{",
            .headers = {{"Cache-Control", "max-age=30, public, must-revalidate, s-maxage=60"}}};
        for (const auto& [id, prices] : coins) {
            append(answer.body, answer.body.size() > 1 ? ",\"" : "\"", id, "\":{", prices);
            if (is_dated)
                append(
                    answer.body, R"(,"last_updated_at":)", std::to_string(unix_ms(clock()) / 1000));
            answer.body += '}';
        }
        answer.body += '}';
        return answer;
    }

private:
    static std::string error(int code, std::string_view words)
    {
        std::string body;
        append(
            body, R"({"status":{"error_code":)", std::to_string(code), R"(,"error_message":")",
            words, R"("}})");
        return body;
    }
};

}  // namespace

std::unique_ptr<venue> make_coingecko(std::size_t place, const market& behind)
{
    return std::make_unique<coingecko>(place, behind);
}

}  // namespace fake_venue
