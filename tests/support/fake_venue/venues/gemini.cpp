// Gemini: /v1/pubticker/btcusd. The time is that of the volume's window.
#include "support/fake_venue/venues/venues.hpp"

namespace fake_venue {
namespace {

class gemini : public venue {
public:
    gemini(std::size_t place, const market& behind) : venue{"gemini", place, behind}
    {
        for_each_pair([this](const auto& base, const auto& quote, std::size_t pair) {
            spell(lower(base + quote), pair);
        });
    }

    std::string words_of(int status) const override
    {
        return status == 429 ? error("RateLimit", "Requests were made too frequently")
                             : error("System", "Something is wrong");
    }

    http_answer rest(const http_request& request) const override
    {
        const auto parts = split(request.path, '/');
        const bool is_ticker = parts.size() >= 2 && parts[parts.size() - 2] == "pubticker";
        const auto pair = is_ticker ? find(std::string{parts.back()}) : std::nullopt;
        if (!pair)
            return {400, error("Bad Request", "Supplied value is not a valid symbol")};
        const auto q = shown(*pair);
        http_answer answer;
        append(
            answer.body, R"({"bid":")", q.text(q.bid), R"(","ask":")", q.text(q.ask),
            R"(","last":")", q.text(q.last), R"(","volume":{")", pairs()[*pair].base,
            R"(":"76.83286898",")", pairs()[*pair].quote, R"(":"6033790.4620299026","timestamp":)",
            std::to_string(unix_ms(q.at)), "}}");
        return answer;
    }

private:
    static std::string error(std::string_view reason, std::string_view message)
    {
        std::string body;
        append(
            body, R"({"result":"error","reason":")", reason, R"(","message":")", message, R"("})");
        return body;
    }
};

}  // namespace

std::unique_ptr<venue> make_gemini(std::size_t place, const market& behind)
{
    return std::make_unique<gemini>(place, behind);
}

}  // namespace fake_venue
