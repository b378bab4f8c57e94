// CoinMarketCap: /v1/cryptocurrency/quotes/latest by id or by symbol; it wants a key.
#include "support/fake_venue/venues/venues.hpp"

#include <algorithm>
#include <array>

namespace fake_venue {
namespace {

struct numbered_coin {
    std::string_view base;
    int id;
};

constexpr std::array coins{
    numbered_coin{"BTC", 1},     numbered_coin{"LTC", 2},     numbered_coin{"XRP", 52},
    numbered_coin{"DOGE", 74},   numbered_coin{"DASH", 131},  numbered_coin{"XMR", 328},
    numbered_coin{"XLM", 512},   numbered_coin{"USDT", 825},  numbered_coin{"ETH", 1027},
    numbered_coin{"DCR", 1168},  numbered_coin{"ETC", 1321},  numbered_coin{"ZEC", 1437},
    numbered_coin{"MKR", 1518},  numbered_coin{"EOS", 1765},  numbered_coin{"BCH", 1831},
    numbered_coin{"BNB", 1839},  numbered_coin{"TRX", 1958},  numbered_coin{"LINK", 1975},
    numbered_coin{"ADA", 2010},  numbered_coin{"XTZ", 2011},  numbered_coin{"FIL", 2280},
    numbered_coin{"RVN", 2577},  numbered_coin{"VET", 3077},  numbered_coin{"USDC", 3408},
    numbered_coin{"CRO", 3635},  numbered_coin{"WBTC", 3717}, numbered_coin{"ATOM", 3794},
    numbered_coin{"ALGO", 4030}, numbered_coin{"HBAR", 4642}, numbered_coin{"DAI", 4943},
    numbered_coin{"SOL", 5426},  numbered_coin{"AVAX", 5805}, numbered_coin{"SHIB", 5994},
    numbered_coin{"NEAR", 6535}, numbered_coin{"DOT", 6636},  numbered_coin{"UNI", 7083},
    numbered_coin{"INJ", 7226},  numbered_coin{"AAVE", 7278}, numbered_coin{"ICP", 8916},
    numbered_coin{"TON", 11419}, numbered_coin{"OP", 11840},  numbered_coin{"ARB", 11841},
    numbered_coin{"SUI", 20947}, numbered_coin{"APT", 21794}, numbered_coin{"PEPE", 24478},
};

class coinmarketcap : public venue {
public:
    coinmarketcap(std::size_t place, const market& behind) : venue{"coinmarketcap", place, behind}
    {
        for_each_pair([this](const auto& base, const auto& quote, std::size_t pair) {
            spell(base + "," + quote, pair);
            const auto* const coin = std::ranges::find(coins, base, &numbered_coin::base);
            if (coin != coins.end())
                spell(std::to_string(coin->id) + "," + quote, pair);
        });
    }

    std::string words_of(int status) const override
    {
        return status == 429 ? status_body(
                                   1008, "You've exceeded your API Key's HTTP request rate "
                                         "limit. Rate limits reset every minute.")
                             : status_body(status, "An internal server error occurred");
    }

    http_answer rest(const http_request& request) const override
    {
        if (request.header("x-cmc_pro_api_key").empty())
            return {401, status_body(1002, "API key missing.")};
        if (!request.path.ends_with("/cryptocurrency/quotes/latest"))
            return {404, status_body(404, "Not found")};
        const auto convert = request.value("convert").value_or("USD");
        const auto asked = request.values(request.value("id") ? "id" : "symbol");
        std::string rows;
        for (const auto& name : asked)
            if (const auto pair = find(joined(name, ",", convert))) {
                append(rows, rows.empty() ? "\"" : ",\"", name, "\":");
                write(rows, *pair, convert);
            }
        http_answer answer;
        append(answer.body, "{", status_of(0, ""), R"(,"data":{)", rows, "}}");
        return answer;
    }

private:
    std::string status_of(int code, std::string_view words) const
    {
        std::string text;
        append(
            text, R"("status":{"timestamp":")", iso(clock(), 3), R"(","error_code":)",
            std::to_string(code), R"(,"error_message":)");
        words.empty() ? append(text, "null") : append(text, "\"", words, "\"");
        return text += R"(,"elapsed":4,"credit_count":1})";
    }
    std::string status_body(int code, std::string_view words) const
    {
        return "{" + status_of(code, words) + "}";
    }

    void write(std::string& out, std::size_t pair, const std::string& currency) const
    {
        const auto q = shown(pair);
        const auto& base = pairs()[pair].base;
        const auto* const coin = std::ranges::find(coins, base, &numbered_coin::base);
        const int id = coin != coins.end() ? coin->id : 0;
        const auto updated = iso(q.at, 3);
        append(
            out, R"({"id":)", std::to_string(id), R"(,"name":")", base, R"(","symbol":")", base,
            R"(","slug":")", lower(base), R"(","circulating_supply":17518375,"max_supply":null,)",
            R"("tags":[],"platform":null,"cmc_rank":1,"last_updated":")", updated,
            R"(","quote":{")", currency, R"(":{"price":)", q.text(q.last),
            R"(,"volume_24h":4998928970.98657,"percent_change_1h":0.211947,)",
            R"("percent_change_24h":-0.139657,"percent_change_7d":-0.45336,)",
            R"("market_cap":60886038568.19836,"last_updated":")", updated, R"("}}})");
    }
};

}  // namespace

std::unique_ptr<venue> make_coinmarketcap(std::size_t place, const market& behind)
{
    return std::make_unique<coinmarketcap>(place, behind);
}

}  // namespace fake_venue
