// Any bytes as the target of a request to a site with a few ticks: it is answered, with one of the
// statuses of the contract, and a refusal is in JSON and shows nothing unprintable.
#include "support/fake_history.hpp"
#include "web/small_site.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

using namespace tickertape;
using namespace tickertape::http;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

struct fuzzed_site {
    static constexpr std::int64_t monday = 1709510400;

    fuzzed_site()
    {
        for (int i = 0; i < 12; ++i)
            site.publish(1712525470000 + i * 1'000, 1.5 + i, i % 2 == 0 ? "BTC-USD" : "ETH-USD");
        for (int week = 0; week < 5; ++week)  // fit for every interval
            past.add(monday + week * 604'800, 1.5, 2.5, 1, 2);
        past.closed_until = series::candle_time{std::chrono::seconds{monday + 5 * 604'800}};
    }

    testing::fake_history past;
    testing::small_site site{{"BTC-USD", "ETH-USD", "SOL-USD"}, 4, {}, &past};
};

// A problem, or what TradingView's charts read as a refusal of their routes.
void check_words(const response& r, std::string_view route)
{
    const auto said = boost::json::parse(r.body).as_object();
    if (route.starts_with("/udf/") && r.content_type == "application/json") {
        require(said.at("s").as_string() == "error" && said.contains("errmsg"));
        return;
    }
    require(r.content_type == "application/problem+json");
    require(r.body.size() < 2'000);
    require(said.at("status").as_int64() == r.status);
    require(said.at("type").as_string().starts_with("urn:tickertape:problem:"));
    require(said.contains("title") && said.contains("detail"));
    require(said.contains("parameter") == said.contains("accepted"));
}

void check(const response& r, std::string_view route)
{
    static constexpr std::array known{200u, 204u, 304u, 400u, 404u, 405u, 503u};
    require(std::ranges::find(known, r.status) != known.end());
    if (r.status < 400) {
        if (r.content_type == "application/json")
            boost::json::parse(r.content());
        return;
    }
    require(std::ranges::all_of(r.body.substr(0, r.body.size() - 1), [](unsigned char c) {
        return c >= 0x20 && c < 0x7f;
    }));
    check_words(r, route);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    static const fuzzed_site fuzzed;
    auto r = fuzzed.site.asked({reinterpret_cast<const char*>(bytes), size});
    for (const auto what : {method::get, method::head, method::options, method::other}) {
        r.what = what;
        const auto outcome = fuzzed.site.outcome(r);
        require(!outcome.route.empty());
        if (const auto* answered = std::get_if<response>(&outcome.what))
            check(*answered, outcome.route);
        else
            require(outcome.route == "/prices/stream" || outcome.route == "/prices/candles/stream");
    }
    for (const auto& [name, value] : r.url.parameters)
        require(r.url.parameter(name).has_value());
    return 0;
}
