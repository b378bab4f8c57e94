// Bitfinex: /v2/tickers?symbols=.. and /v2/ticker/tBTCUSD, arrays of numbers without a time.
#include "support/fake_venue/venues/venues.hpp"

namespace fake_venue {
namespace {

class bitfinex : public venue {
public:
    bitfinex(std::size_t place, const market& behind) : venue{"bitfinex", place, behind}
    {
        for_each_pair([this](const auto& base, const auto& quote, std::size_t pair) {
            const auto asset = [](const std::string& a) { return a == "USDT" ? "UST" : a; };
            const std::string b = asset(base);
            const std::string q = asset(quote);
            spell(b.size() > 3 || q.size() > 3 ? "t" + b + ":" + q : "t" + b + q, pair);
        });
    }

    std::string words_of(int status) const override
    {
        return status == 429 ? R"({"error":"ERR_RATE_LIMIT"})" : R"(["error",20060,"maintenance"])";
    }

    http_answer rest(const http_request& request) const override
    {
        http_answer answer;
        if (request.path.ends_with("/tickers")) {
            // What is not sold is just not there.
            for (const auto& name : request.values("symbols"))
                if (const auto pair = find(name)) {
                    append(answer.body, answer.body.empty() ? "[\"" : ",[\"", name, "\",");
                    write(answer.body, shown(*pair));
                    answer.body += ']';
                }
            answer.body = "[" + answer.body + "]";
            return answer;
        }
        const auto parts = split(request.path, '/');
        const auto pair = parts.empty() ? std::nullopt : find(std::string{parts.back()});
        if (!pair)
            return {500, R"(["error",10020,"symbol: invalid"])"};
        answer.body = "[";
        write(answer.body, shown(*pair));
        answer.body += ']';
        return answer;
    }

private:
    static void write(std::string& out, const shown_quote& q)
    {
        append(
            out, q.text(q.bid), ",3.49078624,", q.text(q.ask), ",3.1115484,", q.text(q.last * 0.01),
            ",0.01010101,", q.text(q.last), ",1114.8989299,", q.text(q.last * 1.02), ",",
            q.text(q.last * 0.98), ",1358182043000");
    }
};

}  // namespace

std::unique_ptr<venue> make_bitfinex(std::size_t place, const market& behind)
{
    return std::make_unique<bitfinex>(place, behind);
}

}  // namespace fake_venue
