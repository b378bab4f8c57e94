// CryptoCompare: /data/pricemulti, prices and nothing else.
#include "support/fake_venue/venues/venues.hpp"

namespace fake_venue {
namespace {

class cryptocompare : public venue {
public:
    cryptocompare(std::size_t place, const market& behind) : venue{"cryptocompare", place, behind}
    {
        for_each_pair([this](const auto& base, const auto& quote, std::size_t pair) {
            spell(joined(base, ",", quote), pair);
        });
    }

    std::string words_of(int) const override
    {
        return R"({"Response":"Error","Message":"You are over your rate limit please upgrade your )"
               R"(account!","HasWarning":false,"Type":99,"Data":{}})";
    }

    http_answer rest(const http_request& request) const override
    {
        if (!request.path.ends_with("/pricemulti"))
            return {404, R"({"Response":"Error","Message":"Path does not exist","Type":1})"};
        http_answer answer{.body = "{"};
        for (const auto& base : request.values("fsyms")) {
            std::string prices;
            for (const auto& quote : request.values("tsyms"))
                if (const auto pair = find(joined(base, ",", quote))) {
                    const auto q = shown(*pair);
                    append(prices, prices.empty() ? "\"" : ",\"", quote, "\":", q.text(q.last));
                }
            if (!prices.empty())
                append(
                    answer.body, answer.body.size() > 1 ? ",\"" : "\"", base, "\":{", prices, "}");
        }
        answer.body += '}';
        return answer;
    }
};

}  // namespace

std::unique_ptr<venue> make_cryptocompare(std::size_t place, const market& behind)
{
    return std::make_unique<cryptocompare>(place, behind);
}

}  // namespace fake_venue
