// OKX: /api/v5/market/ticker and /tickers, every number a string, errors at status 200.
#include "support/fake_venue/venues/venues.hpp"

namespace fake_venue {
namespace {

class okx : public venue {
public:
    okx(std::size_t place, const market& behind) : venue{"okx", place, behind}
    {
        for_each_pair([this](const auto& base, const auto& quote, std::size_t pair) {
            spell(base + "-" + quote, pair);
        });
    }

    std::string words_of(int status) const override
    {
        return status == 429
                   ? R"({"code":"50011","data":[],"msg":"Too Many Requests"})"
                   : R"({"code":"50001","data":[],"msg":"Service temporarily unavailable"})";
    }

    http_answer rest(const http_request& request) const override
    {
        http_answer answer{.body = R"({"code":"0","msg":"","data":[)"};
        if (request.path.ends_with("/tickers")) {
            const auto empty = answer.body.size();
            for (std::size_t pair = 0; pair < pairs().size(); ++pair) {
                if (!sells(pair))
                    continue;
                answer.body += answer.body.size() > empty ? "," : "";
                write(answer.body, pairs()[pair].symbol, shown(pair));
            }
        } else {
            const auto name = request.value("instId").value_or("");
            const auto pair = find(name);
            if (!pair)
                return {
                    200, R"({"code":"51001","data":[],"msg":"Instrument ID, Instrument ID code, )"
                         R"(or Spread ID doesn't exist."})"};
            write(answer.body, name, shown(*pair));
        }
        answer.body += "]}";
        return answer;
    }

private:
    static void write(std::string& out, std::string_view name, const shown_quote& q)
    {
        append(
            out, R"({"instType":"SPOT","instId":")", name, R"(","last":")", q.text(q.last),
            R"(","lastSz":"87.61588489","askPx":")", q.text(q.ask),
            R"(","askSz":"58.9233146","bidPx":")", q.text(q.bid),
            R"(","bidSz":"7289.11660123","open24h":")", q.text(q.last * 0.99), R"(","high24h":")",
            q.text(q.last * 1.02), R"(","low24h":")", q.text(q.last * 0.98),
            R"(","volCcy24h":"2557750.61131517111","vol24h":"1398101.93602604","ts":")",
            std::to_string(unix_ms(q.at)), R"(","sodUtc0":")", q.text(q.last * 0.99),
            R"(","sodUtc8":")", q.text(q.last * 0.99), R"("})");
    }
};

}  // namespace

std::unique_ptr<venue> make_okx(std::size_t place, const market& behind)
{
    return std::make_unique<okx>(place, behind);
}

}  // namespace fake_venue
