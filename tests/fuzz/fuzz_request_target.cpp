// Any bytes as the target of a request to a site with a few ticks: it is answered, with one of the
// statuses of the contract, and a refusal is a problem in JSON that shows nothing unprintable.
#include "support/dated_tapes.hpp"
#include "support/http_request.hpp"
#include "telemetry/metrics.hpp"
#include "web/site.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

struct fuzzed_site {
    fuzzed_site()
    {
        for (int i = 0; i < 12; ++i)
            prices.publish(
                {symbols.all()[static_cast<std::size_t>(i % 2)], price::from(1.5 + i).value(),
                 sources.intern("fuzz").value()},
                started + std::chrono::seconds{i});
    }

    const wall_time started{std::chrono::milliseconds{1712525470000}};
    const symbol_table symbols =
        symbol_table::from(std::vector<std::string>{"BTC-USD", "ETH-USD", "SOL-USD"}).value();
    source_table sources;
    feed_report_board reports;
    testing::dated_tapes prices{symbols, 4, started};
    telemetry::metrics figures;
    static_files files;
    std::atomic<bool> draining{false};
    const router routes = make_router(
        {prices,
         sources,
         reports,
         figures,
         files,
         staleness{std::chrono::seconds{120}},
         draining,
         {}});
};

void check(const response& r)
{
    static constexpr std::array known{200u, 204u, 304u, 400u, 404u, 405u, 503u};
    require(std::ranges::find(known, r.status) != known.end());
    if (r.status < 400) {
        if (r.content_type == "application/json")
            boost::json::parse(r.content());
        return;
    }
    require(r.content_type == "application/problem+json");
    require(r.body.size() < 2'000);
    require(std::ranges::all_of(r.body.substr(0, r.body.size() - 1), [](unsigned char c) {
        return c >= 0x20 && c < 0x7f;
    }));
    const auto problem = boost::json::parse(r.body).as_object();
    require(problem.at("status").as_int64() == r.status);
    require(problem.at("type").as_string().starts_with("urn:tickertape:problem:"));
    require(problem.contains("title") && problem.contains("detail"));
    require(problem.contains("parameter") == problem.contains("accepted"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    static const fuzzed_site site;
    auto r = testing::request_for({reinterpret_cast<const char*>(bytes), size});
    r.now = site.started + std::chrono::seconds{30};
    for (const auto what : {method::get, method::head, method::options, method::other}) {
        r.what = what;
        const auto outcome = testing::answer_of(site.routes, r);
        require(!outcome.route.empty());
        if (const auto* answered = std::get_if<response>(&outcome.what))
            check(*answered);
        else
            require(outcome.route == "/prices/stream");
    }
    for (const auto& [name, value] : r.url.parameters)
        require(r.url.parameter(name).has_value());
    return 0;
}
