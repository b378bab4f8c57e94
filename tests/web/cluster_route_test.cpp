// What an instance of a cluster answers: how the cluster is, and whether this one is ready.
#include "small_site.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

struct site_of_cluster : small_site {
    site_of_cluster() : small_site{{"BTC-USD"}, 8, web::static_files{}, nullptr, 5'500ms} {}
};

}  // namespace

TEST_CASE("an instance without others says that it is alone", "[web]")
{
    small_site s;
    CHECK(
        s.get("/api/cluster").body ==
        R"({"role":"alone","feed":null,"instance":null,"leader":null,"instances":[],"lag_ms":0,)"
        R"("top":null,"newest":null,"orphans":0,"conflicts":0,"takeovers":0})"
        "\n");
    auto report = std::make_shared<feed_report>();
    report->mode = "stream";
    s.reports.post(std::move(report));
    s.publish(1712525476123, 1);
    CHECK(
        s.get("/api/cluster").body ==
        R"({"role":"alone","feed":"live","instance":null,"leader":null,"instances":[],"lag_ms":0,)"
        R"("top":"1712525476123-0","newest":"1712525476123-0","orphans":0,"conflicts":0,)"
        R"("takeovers":0})"
        "\n");
}

TEST_CASE("an instance of a cluster tells what it knows of it", "[web]")
{
    site_of_cluster s;
    s.cluster = {
        .as = cluster_report::role::follower,
        .feed = "simulator",
        .instance = "b",
        .leader = "a",
        .instances = {{"a", "leader"}, {"b", "follower"}, {"c", ""}},
        .lag = 12ms,
        .top = position{1712525476123, 16},
        .orphans = 1,
        .conflicts = 2,
        .takeovers = 3};
    CHECK(
        s.get("/api/cluster").body ==
        R"({"role":"follower","feed":"simulator","instance":"b","leader":"a","instances":[)"
        R"({"instance":"a","role":"leader"},{"instance":"b","role":"follower"},)"
        R"({"instance":"c","role":null}],"lag_ms":12,"top":"1712525476123-16",)"
        R"("newest":null,"orphans":1,"conflicts":2,"takeovers":3})"
        "\n");
    s.cluster.lag.reset();
    CHECK(s.get("/api/cluster").body.find(R"("lag_ms":null)") != std::string::npos);
}

TEST_CASE("the figures of the cluster are published", "[web]")
{
    cluster_report now{
        .as = cluster_report::role::leader,
        .instances = {{"a", "leader"}, {"b", ""}},
        .lag = 1'500ms,
        .top = position{1712525476123, 16},
        .orphans = 1,
        .conflicts = 2,
        .takeovers = 3};
    telemetry::metrics figures;
    publish_metrics([&now] { return now; }, figures);
    const auto has = [&](const std::string& line) {
        return figures.text().find("\ntickertape_cluster_" + line + "\n") != std::string::npos;
    };
    CHECK(has("leader 1"));
    CHECK(has("instances 2"));
    CHECK(has("lag_seconds 1.5"));
    CHECK(has("top_timestamp_seconds 1712525476.123"));
    CHECK(has("orphans_total 1"));
    CHECK(has("conflicts_total 2"));
    CHECK(has("takeovers_total 3"));
    now.as = cluster_report::role::follower;
    CHECK(has("leader 0"));
}

TEST_CASE("an instance that is more than 5 s behind the others is not ready", "[web]")
{
    site_of_cluster s;
    s.publish(1712525476123, 1);
    s.cluster.lag = 5'000ms;
    CHECK(s.get("/readyz").status == 200);
    s.cluster.lag = 5'001ms;
    CHECK(s.get("/readyz").status == 503);
    s.cluster.lag = 65'000ms;
    CHECK(
        s.get("/readyz").body.find("this instance is 65 s behind the others") != std::string::npos);
    s.cluster.as = cluster_report::role::edge;
    CHECK(
        s.get("/readyz").body.find("this instance may be 65 s behind the others") !=
        std::string::npos);
    s.cluster.lag.reset();
    CHECK(
        s.get("/readyz").body.find(
            "this instance does not know how far the server that it serves on is") !=
        std::string::npos);
    s.cluster.as = cluster_report::role::follower;
    CHECK(
        s.get("/readyz").body.find("this instance has not read yet what the others have") !=
        std::string::npos);
    s.cluster.lag = 0ms;
    CHECK(s.get("/readyz").status == 200);
    s.now += 10min;  // no ticks arrive
    CHECK(s.get("/readyz").status == 503);
}

TEST_CASE("an instance stays ready while the relay is away for all, and says so", "[web]")
{
    site_of_cluster s;
    s.publish(1712525476123, 1);
    s.cluster.lag = 65'000ms;
    s.cluster.is_relay_away = true;
    CHECK(s.get("/readyz").status == 200);
    CHECK(
        s.get("/readyz").body == R"({"status":"ready","detail":"the relay does not answer: no )"
                                 R"(price has been new for 65 s, here and, as far as is known, )"
                                 R"(elsewhere"})"
                                 "\n");
    CHECK(s.get("/api/cluster").body.find(R"("relay_away":true)") != std::string::npos);
    // It is back, and what it took meanwhile is being read.
    s.cluster.is_relay_away = false;
    s.cluster.relay_up_for = 5'000ms;
    CHECK(s.get("/readyz").status == 200);
    s.cluster.relay_up_for = 5'001ms;
    CHECK(s.get("/readyz").status == 503);
    // An instance that has never read it knows nothing of what others have.
    s.cluster.is_relay_away = true;
    s.cluster.lag.reset();
    CHECK(s.get("/readyz").status == 503);
    CHECK(s.get("/readyz").body.find("the relay has not answered yet") != std::string::npos);
    s.now += 10min;
    CHECK(
        s.get("/readyz").body.find("s old, because the relay does not answer") !=
        std::string::npos);
}

TEST_CASE("a stream goes on at an id that this instance has not come to yet", "[web]")
{
    site_of_cluster s;  // it is 1712525480000 there
    s.publish(1712525476123, 1);
    hub::stream_cursor granted;
    s.subscribe = [&granted](std::size_t, const hub::subscription& w) { granted = w.cursor; };
    const auto begins = [&](const std::string& id) {
        const auto outcome = s.outcome(s.asked("/prices/stream?last_event_id=" + id));
        std::get<takeover>(outcome.what)
            .to({.lane = 0, .socket = {}, .permit = {}, .how = body_end::last_chunk, .head = {}});
        return granted.at;
    };
    CHECK(begins("1712525485500-0") == position{1712525485500, 0});
    CHECK(begins("1712525485501-0") == s.prices.epoch().previous());
}

TEST_CASE("a page of the history ends at a hole, and the next one tells it", "[web]")
{
    small_site s;
    const auto first = s.publish(1712525470000, 1);
    s.publish(1712525471000, 7, "ETH-USD");
    s.prices.lose(position{1712525471000, 0}, position{1712525475000, 0});
    s.publish(1712525476000, 2);
    const auto page = [&](const std::string& after) {
        return s.get("/api/prices/btc-usd/history?after=" + after).body;
    };
    const std::string one = R"({"id":"1712525470000-0","timestamp":1712525470,"price":1,)"
                            R"("source":"coingecko"})";
    const std::string two = R"({"id":"1712525476000-0","timestamp":1712525476,"price":2,)"
                            R"("source":"coingecko"})";
    CHECK(
        page("1712525469000-0") == R"({"symbol":"BTC-USD","ticks":[)" + one +
                                       R"(],"more":true,"next":{"after":"1712525470000-0"}})"
                                       "\n");
    CHECK(
        page("1712525470000-0") ==
        R"({"symbol":"BTC-USD","ticks":[)" + two +
            R"(],"more":false,"next":{"after":"1712525476000-0"},)"
            R"("gap":{"from":"1712525470000-0","to":"1712525475000-0","reason":"evicted"}})"
            "\n");
    CHECK(page("1712525475000-0").find("gap") == std::string::npos);
    CHECK(first.at == position{1712525470000, 0});
}

TEST_CASE("the report of the feed says that it stands by", "[web]")
{
    small_site s;
    auto report = std::make_shared<feed_report>();
    report->mode = "simulator";
    report->is_standing_by = true;
    s.reports.post(std::move(report));
    CHECK(s.get("/api/feed").body.find(R"("standing_by":true)") != std::string::npos);
}

TEST_CASE("the report of the feed says which instances serve, in a cluster", "[web]")
{
    site_of_cluster s;
    s.cluster.instance = "b";
    s.cluster.instances = {{"a", "leader"}, {"b", "follower"}};
    auto report = std::make_shared<feed_report>();
    report->mode = "simulator";
    s.reports.post(std::move(report));
    CHECK(
        s.get("/api/feed").body.find(R"("served_by":{"instance":"b","instances":2})") !=
        std::string::npos);
}

TEST_CASE("an instance that stands by does not say that providers are silent", "[web]")
{
    site_of_cluster s;
    auto report = std::make_shared<feed_report>();
    report->mode = "poll";
    report->is_standing_by = true;
    report->symbols.push_back(
        {.id = s.symbols.all().front(), .problem = "no provider says a price"});
    s.reports.post(std::move(report));
    CHECK(
        s.get("/api/feed").body.find(R"("problem":"this instance stands by: the leader asks)") !=
        std::string::npos);
    s.publish(1712525476123, 1);
    CHECK(s.get("/api/feed").body.find(R"("problem":null)") != std::string::npos);
}
