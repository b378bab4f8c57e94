#include "small_site.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <random>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

// What is told of a bad parameter: "400 limit".
std::string refusal(const small_site& of, const std::string& target)
{
    const auto r = of.get(target);
    const auto body = boost::json::parse(r.body).as_object();
    const auto* name = body.if_contains("parameter");
    return std::to_string(r.status) + (name ? ' ' + std::string{name->as_string()} : std::string{});
}

}  // namespace

TEST_CASE("before the first price there is none to be had", "[web]")
{
    const small_site s;
    for (const auto* target : {"/api/prices/btc-usd", "/crypto-price"}) {
        const auto r = s.get(target);
        CHECK(r.status == 503);
        CHECK(header_of(r, "Retry-After") == "5");
        CHECK(
            r.body ==
            "{\"type\":\"urn:tickertape:problem:no-price\",\"title\":\"Service Unavailable\","
            "\"status\":503,\"detail\":\"there has been no price of BTC-USD since the start\"}\n");
    }
    CHECK(
        s.get("/api/prices/eth-usd/history").body ==
        "{\"symbol\":\"ETH-USD\",\"ticks\":[],\"more\":false}\n");
}

TEST_CASE("an unknown symbol is a 404 on every route that takes one", "[web]")
{
    const small_site s;
    const auto name =
        GENERATE("doge-usd", "btcusd", "", "..", "%00", "BTC-USD%20", "*", "btc-usd%2Fhistory");
    CAPTURE(name);
    CHECK(refusal(s, std::string{"/api/prices/"} + name) == "404 symbol");
    CHECK(refusal(s, std::string{"/api/prices/"} + name + "/history") == "404 symbol");
}

TEST_CASE("the prices of some symbols are had by their names, in any case", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    const auto names = [&s](const std::string& query) {
        std::string text;
        const auto body = boost::json::parse(s.get("/api/prices" + query).body);
        for (const auto& one : body.at("prices").as_array())
            text += std::string{one.at("symbol").as_string()} + ' ';
        return text;
    };
    CHECK(names("") == "BTC-USD ETH-USD ");
    CHECK(names("?symbols=*") == "BTC-USD ETH-USD ");
    CHECK(names("?symbols=eth-usd") == "ETH-USD ");
    CHECK(names("?symbol=eth-usd") == "ETH-USD ");
    CHECK(names("?symbols=eth-usd,btc-usd") == "ETH-USD BTC-USD ");
    CHECK(names("?utm_source=x") == "BTC-USD ETH-USD ");
    CHECK(refusal(s, "/api/prices?symbols=doge-usd") == "404 symbols");
    CHECK(refusal(s, "/api/prices?symbol=") == "400 symbol");
    CHECK(refusal(s, "/api/prices?Symbols=eth-usd") == "400 Symbols");
}

TEST_CASE("a parameter of another route is a 400 that says what this one takes", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    const auto accepted = [&s](const std::string& target) {
        const auto body = boost::json::parse(s.get(target).body).as_object();
        return std::string{body.at("parameter").as_string()} + ": " +
               std::string{body.at("accepted").as_string()};
    };
    CHECK(
        accepted("/api/prices/btc-usd/history?symbol=eth-usd") ==
        "symbol: since, after, until, before, limit");
    CHECK(accepted("/api/prices?since=-1h") == "since: symbols, symbol");
    CHECK(accepted("/api/prices/btc-usd?symbol=eth-usd") == "symbol: no parameter");
    CHECK(accepted("/crypto-price?symbol=eth-usd") == "symbol: no parameter");
    CHECK(accepted("/api/symbols?symbols=eth-usd") == "symbols: no parameter");
    CHECK(accepted("/api/feed?limit=3") == "limit: symbols, symbol");
    CHECK(accepted("/api/watchlist?since=-1h") == "since: symbols, symbol, points, span");
    CHECK(
        accepted("/prices/stream?limit=3") ==
        "limit: symbols, symbol, since, last_event_id, mode, max_rate, topics");
    // Others belong to nobody here.
    for (const auto* target : {"/api/prices/btc-usd?_=17", "/crypto-price?utm_source=x"})
        CHECK(s.get(target).status == 200);
}

TEST_CASE("a limit that is no number of ticks is a 400 that names it", "[web]")
{
    const small_site s;
    const auto limit = GENERATE(
        "", "0", "-1", "+1", "1.5", "1e3", "0x10", "NaN", "x", "%201", "1%20", "1001", "10000",
        "18446744073709551617", "99999999999999999999999999");
    CAPTURE(limit);
    const auto target = std::string{"/api/prices/btc-usd/history?limit="} + limit;
    CHECK(refusal(s, target) == "400 limit");
    CHECK(
        boost::json::parse(s.get(target).body).at("accepted").as_string() ==
        "a whole number from 1 to 1000");
}

TEST_CASE("since and until of a history are refused like that of a stream", "[web]")
{
    const small_site s;  // its clock says 1712525480
    const auto value = GENERATE("", "-1", "NaN", "1e400", "yesterday", "1712525541", "0x10");
    CAPTURE(value);
    const std::string target = "/api/prices/btc-usd/history?";
    CHECK(refusal(s, target + "since=" + value) == "400 since");
    CHECK(refusal(s, target + "until=" + value) == "400 until");
}

TEST_CASE("a history that ends before it begins is refused", "[web]")
{
    const small_site s;
    const std::string target = "/api/prices/btc-usd/history?";
    CHECK(refusal(s, target + "since=1712525476&until=1712525475.999") == "400 until");
    CHECK(s.get(target + "since=1712525476&until=1712525476").status == 200);
}

TEST_CASE("all prices are listed, those that are not there yet as null", "[web]")
{
    small_site s;
    CHECK(
        s.get("/api/prices").body ==
        "{\"prices\":["
        "{\"symbol\":\"BTC-USD\",\"price\":null,\"timestamp\":null,\"source\":null,"
        "\"age_seconds\":null,\"stale\":true},"
        "{\"symbol\":\"ETH-USD\",\"price\":null,\"timestamp\":null,\"source\":null,"
        "\"age_seconds\":null,\"stale\":true}]}\n");
    s.publish(1712525476123, 69420.25);
    const auto r = s.get("/api/prices");
    CHECK(r.status == 200);
    CHECK(r.content_type == "application/json");
    CHECK(header_of(r, "Cache-Control") == "no-store");
    CHECK(
        r.body == "{\"prices\":["
                  "{\"symbol\":\"BTC-USD\",\"price\":69420.25,\"timestamp\":1712525476,"
                  "\"source\":\"coingecko\",\"age_seconds\":3.877,\"stale\":false},"
                  "{\"symbol\":\"ETH-USD\",\"price\":null,\"timestamp\":null,\"source\":null,"
                  "\"age_seconds\":null,\"stale\":true}]}\n");
}

TEST_CASE("one price is found in any case", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    s.publish(1712525477000, 3500, "ETH-USD");
    const std::string expected =
        "{\"symbol\":\"BTC-USD\",\"price\":69420.25,\"timestamp\":1712525476,"
        "\"source\":\"coingecko\",\"age_seconds\":3.877,\"stale\":false}\n";
    CHECK(s.get("/api/prices/btc-usd").body == expected);
    CHECK(s.get("/api/prices/BTC-USD").body == expected);
    CHECK(s.get("/api/prices/Btc%2dUsd?x=y").body == expected);
}

TEST_CASE("a price that several providers made says how many, where it is asked for", "[web]")
{
    small_site s{{"BTC-USD"}};
    const auto median = s.sources.intern("median(coinbase,kraken,bitstamp)", 3).value();
    s.publish(1712525476123, 69420.25, "BTC-USD", median);
    const std::string one = "{\"symbol\":\"BTC-USD\",\"price\":69420.25,\"timestamp\":1712525476,"
                            "\"source\":\"median(coinbase,kraken,bitstamp)\",\"sources\":3,"
                            "\"age_seconds\":3.877,\"stale\":false}";
    CHECK(s.get("/api/prices/btc-usd").body == one + "\n");
    CHECK(s.get("/api/prices").body == "{\"prices\":[" + one + "]}\n");
    CHECK(
        s.get("/api/prices/btc-usd/history").body ==
        "{\"symbol\":\"BTC-USD\",\"ticks\":["
        "{\"id\":\"1712525476123-0\",\"timestamp\":1712525476,\"price\":69420.25,"
        "\"source\":\"median(coinbase,kraken,bitstamp)\",\"sources\":3}],\"more\":false}\n");
}

TEST_CASE("a price is stale once its limit has passed, and says how old it is", "[web]")
{
    small_site s;
    s.publish(1712525476123, 1e-8);
    s.now = wall_time{1712525476123ms} + 120s;
    CHECK(
        s.get("/api/prices/btc-usd").body ==
        "{\"symbol\":\"BTC-USD\",\"price\":1e-08,\"timestamp\":1712525476,"
        "\"source\":\"coingecko\",\"age_seconds\":120.000,\"stale\":false}\n");
    s.now += 1ms;
    CHECK(
        s.get("/api/prices/btc-usd").body ==
        "{\"symbol\":\"BTC-USD\",\"price\":1e-08,\"timestamp\":1712525476,"
        "\"source\":\"coingecko\",\"age_seconds\":120.001,\"stale\":true}\n");
}

TEST_CASE("a price from ahead of the clock has no negative age", "[web]")
{
    small_site s;
    s.publish(1712525490000, 88927);
    CHECK(
        s.get("/api/prices/btc-usd").body ==
        "{\"symbol\":\"BTC-USD\",\"price\":88927,\"timestamp\":1712525490,"
        "\"source\":\"coingecko\",\"age_seconds\":0.000,\"stale\":false}\n");
}

TEST_CASE("pollers get two decimals of the first symbol and its time in seconds", "[web]")
{
    small_site s;
    const auto answered_for = [&](double value) {
        s.publish(1712525476123, value);
        return s.get("/crypto-price").body;
    };
    CHECK(answered_for(69420.25) == "{\"price\":69420.25,\"timestamp\":1712525476.123}\n");
    s.publish(1712525477000, 3500, "ETH-USD");
    CHECK(s.get("/crypto-price").body == "{\"price\":69420.25,\"timestamp\":1712525476.123}\n");

    small_site other;
    other.publish(1712525476007, 88927);
    CHECK(other.get("/crypto-price").body == "{\"price\":88927.00,\"timestamp\":1712525476.007}\n");
    small_site tiny;
    tiny.publish(1712525476000, 1e-8);
    CHECK(tiny.get("/crypto-price").body == "{\"price\":0.00,\"timestamp\":1712525476.000}\n");
    small_site huge;
    huge.publish(1712525476000, 1.7976931348623157e308);
    CHECK(huge.get("/crypto-price").body.starts_with("{\"price\":179769313486231570"));
}

TEST_CASE("a history is its ticks in order, with their ids", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    s.publish(1712525476123, 69420.5);
    s.publish(1712525477000, 3500, "ETH-USD");
    CHECK(
        s.get("/api/prices/btc-usd/history").body ==
        "{\"symbol\":\"BTC-USD\",\"ticks\":["
        "{\"id\":\"1712525476123-0\",\"timestamp\":1712525476,\"price\":69420.25,"
        "\"source\":\"coingecko\"},"
        "{\"id\":\"1712525476123-1\",\"timestamp\":1712525476,\"price\":69420.5,"
        "\"source\":\"coingecko\"}],\"more\":false}\n");
}

TEST_CASE("a history from before the start says from when on ticks are known", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    CHECK(
        s.get("/api/prices/btc-usd/history?since=1712524000").body ==
        "{\"symbol\":\"BTC-USD\",\"ticks\":["
        "{\"id\":\"1712525476123-0\",\"timestamp\":1712525476,\"price\":69420.25,"
        "\"source\":\"coingecko\"}],\"more\":false,"
        "\"gap\":{\"from\":\"1712523999999-1048575\",\"to\":\"1712525000000-0\","
        "\"reason\":\"restarted\"}}\n");
}

TEST_CASE("a history whose begin is no longer held says what is missing", "[web]")
{
    small_site s{{"BTC-USD"}, 1};
    s.publish(1712525476000, 1);
    s.publish(1712525477000, 2);
    CHECK(
        s.get("/api/prices/btc-usd/history?since=1712525476").body ==
        "{\"symbol\":\"BTC-USD\",\"ticks\":["
        "{\"id\":\"1712525477000-0\",\"timestamp\":1712525477,\"price\":2,"
        "\"source\":\"coingecko\"}],\"more\":false,"
        "\"gap\":{\"from\":\"1712525475999-1048575\",\"to\":\"1712525476000-0\","
        "\"reason\":\"evicted\"}}\n");
    CHECK(
        s.get("/api/prices/btc-usd/history?since=1712525476.001").body ==
        "{\"symbol\":\"BTC-USD\",\"ticks\":["
        "{\"id\":\"1712525477000-0\",\"timestamp\":1712525477,\"price\":2,"
        "\"source\":\"coingecko\"}],\"more\":false}\n");
}

namespace {

// What a history must be, by looking at all ticks there have ever been.
struct expected_history {
    std::vector<std::string> ids;
    bool more;
    std::string gap;  // "evicted up to <id>"; empty: none
};

expected_history history_of(
    const std::vector<position>& all, std::size_t held_max, std::optional<std::int64_t> since_ms,
    std::optional<std::int64_t> until_ms, std::size_t limit)
{
    const auto gone = all.size() > held_max ? all.size() - held_max : 0;
    expected_history h{{}, false, {}};
    for (std::size_t i = gone; i < all.size(); ++i) {
        const auto ms = static_cast<std::int64_t>(all[i].ms());
        if ((!since_ms || ms >= *since_ms) && (!until_ms || ms <= *until_ms))
            h.ids.push_back(all[i].text());
    }
    h.more = h.ids.size() > limit;
    if (h.more && since_ms)
        h.ids.resize(limit);
    else if (h.more)
        h.ids.erase(h.ids.begin(), h.ids.end() - static_cast<std::ptrdiff_t>(limit));
    const auto started_ms = small_site::started.time_since_epoch().count();
    if (since_ms && gone > 0 && static_cast<std::int64_t>(all[gone - 1].ms()) >= *since_ms)
        h.gap = "evicted up to " + all[gone - 1].text();
    else if (since_ms && *since_ms <= started_ms)
        h.gap = "restarted up to " + position::at(small_site::started).text();
    return h;
}

expected_history read_history(const std::string& body)
{
    const auto o = boost::json::parse(body).as_object();
    expected_history h{{}, o.at("more").as_bool(), {}};
    for (const auto& t : o.at("ticks").as_array())
        h.ids.emplace_back(t.at("id").as_string());
    if (const auto* gap = o.if_contains("gap"))
        h.gap = std::string{gap->at("reason").as_string()} + " up to " +
                std::string{gap->at("to").as_string()};
    return h;
}

}  // namespace

TEST_CASE("a history has no more than a thousand ticks, whatever its limit", "[web]")
{
    small_site s{{"BTC-USD"}, 2'000};
    std::vector<std::string> ids;
    for (int i = 0; i < 1'500; ++i)
        ids.push_back(s.publish(1712525476000 + i, 1).at.text());
    const auto from_begin =
        read_history(s.get("/api/prices/btc-usd/history?since=1712525476&limit=1000").body);
    CHECK(from_begin.ids == std::vector(ids.begin(), ids.begin() + 1'000));
    CHECK(from_begin.more);
    const auto to_end = read_history(s.get("/api/prices/btc-usd/history?limit=1000").body);
    CHECK(to_end.ids == std::vector(ids.end() - 1'000, ids.end()));
    CHECK(to_end.more);
    CHECK(read_history(s.get("/api/prices/btc-usd/history").body).ids == to_end.ids);
    const auto rest =
        read_history(s.get("/api/prices/btc-usd/history?since=1712525477&limit=1000").body);
    CHECK(rest.ids == std::vector(ids.begin() + 1'000, ids.end()));
    CHECK_FALSE(rest.more);
}

namespace {

// What a client is told to ask with next: "after <id>", "before <id>", "null", or "(none)".
std::string next_of(const std::string& body)
{
    const auto o = boost::json::parse(body).as_object();
    const auto* next = o.if_contains("next");
    if (next == nullptr)
        return "(none)";
    if (next->is_null())
        return "null";
    const auto& only = *next->as_object().begin();
    return std::string{only.key()} + ' ' + std::string{only.value().as_string()};
}

// All pages of a history, one behind the other as `next` says, each with `limit` ticks.
std::vector<std::vector<std::string>>
pages_of(const small_site& s, const std::string& first, const std::string& kept, std::size_t limit)
{
    const std::string path = "/api/prices/btc-usd/history?limit=" + std::to_string(limit) + kept;
    std::vector<std::vector<std::string>> pages;
    for (auto query = first; pages.size() < 100;) {
        const auto body = s.get(path + query).body;
        const auto page = read_history(body);
        pages.push_back(page.ids);
        if (!page.more)
            break;
        auto next = next_of(body);
        next[next.find(' ')] = '=';
        query = "&" + next;
    }
    return pages;
}

std::vector<std::string> in_a_row(const std::vector<std::vector<std::string>>& pages)
{
    std::vector<std::string> all;
    for (const auto& page : pages)
        all.insert(all.end(), page.begin(), page.end());
    return all;
}

}  // namespace

TEST_CASE("a history of one millisecond is paged to its end, either way", "[web]")
{
    small_site s{{"BTC-USD"}, 4'000};
    std::vector<std::string> ids;
    for (int i = 0; i < 3'500; ++i)
        ids.push_back(s.publish(1712525476000, i + 1).at.text());
    const auto forth = pages_of(s, "&after=1712525475999-0", "", 1'000);
    CHECK(forth.size() == 4);
    CHECK(in_a_row(forth) == ids);
    auto back = pages_of(s, "&before=1712525477000-0", "", 1'000);
    CHECK(back.size() == 4);
    std::ranges::reverse(back);
    CHECK(in_a_row(back) == ids);
    // From a time on, and then by the last id there was.
    const auto first = read_history(s.get("/api/prices/btc-usd/history?since=1712525476").body);
    CHECK(first.more);
    CHECK(
        in_a_row(pages_of(s, "&after=" + first.ids.back(), "&until=1712525476", 1'000)) ==
        std::vector(ids.begin() + 1'000, ids.end()));
}

TEST_CASE("a page says what to ask with next", "[web]")
{
    small_site s;
    for (int i = 0; i < 4; ++i)
        s.publish(1712525476000 + i, 1);
    const std::string target = "/api/prices/btc-usd/history?limit=2";
    CHECK(
        s.get(target + "&after=1712525476000-0").body ==
        "{\"symbol\":\"BTC-USD\",\"ticks\":["
        "{\"id\":\"1712525476001-0\",\"timestamp\":1712525476,\"price\":1,"
        "\"source\":\"coingecko\"},"
        "{\"id\":\"1712525476002-0\",\"timestamp\":1712525476,\"price\":1,"
        "\"source\":\"coingecko\"}],\"more\":true,\"next\":{\"after\":\"1712525476002-0\"}}\n");
    const auto next = [&](const std::string& query) { return next_of(s.get(target + query).body); };
    // What comes later follows there.
    CHECK(next("&after=1712525476002-0") == "after 1712525476003-0");
    CHECK(next("&after=1712525476003-0") == "after 1712525476003-0");
    CHECK(next("&after=1712525476003-5&before=1712525476003-5") == "after 1712525476003-5");
    CHECK(next("&after=0-0&until=1712524999") == "after 1712524999000-1048575");
    CHECK(next("&since=1712525476&before=1712525476002-0") == "after 1712525476001-0");
    CHECK(next("&before=1712525476003-0") == "before 1712525476001-0");
    CHECK(next("&before=1712525476001-0") == "null");
    // As it has been since there were pages by time only.
    CHECK(next("") == "(none)");
    CHECK(next("&since=1712525476&until=1712525477") == "(none)");
}

TEST_CASE("a range of ids ends where it is over, and can be asked for again", "[web]")
{
    small_site s{{"BTC-USD"}, 2};
    for (int i = 0; i < 6; ++i)
        s.publish(1712525476000 + i, 1);
    const std::string path = "/api/prices/btc-usd/history?";
    CHECK(
        s.get(path + "after=1712525476000-0&until=1712525476.002").body ==
        "{\"symbol\":\"BTC-USD\",\"ticks\":[],\"more\":false,"
        "\"next\":{\"after\":\"1712525476002-1048575\"},"
        "\"gap\":{\"from\":\"1712525476000-0\",\"to\":\"1712525476003-0\","
        "\"reason\":\"evicted\"}}\n");
    CHECK(s.get(path + "after=1712525476002-1048575&until=1712525476.002").status == 200);
}

TEST_CASE("an id that another clock gave gets all that is held, behind a gap", "[web]")
{
    small_site s;
    s.publish(1712525490000, 1);  // ahead of the clock, and ours
    const std::string path = "/api/prices/btc-usd/history?";
    CHECK(
        s.get(path + "after=1712525490000-0").body ==
        "{\"symbol\":\"BTC-USD\",\"ticks\":[],\"more\":false,"
        "\"next\":{\"after\":\"1712525490000-0\"}}\n");
    const auto body = s.get(path + "after=17592186044415-0").body;
    const auto all = read_history(body);
    CHECK(all.ids == std::vector<std::string>{"1712525490000-0"});
    CHECK(all.gap == "restarted up to 1712525000000-0");
    CHECK(next_of(body) == "after 1712525490000-0");
    CHECK(read_history(s.get(path + "before=17592186044415-0").body).ids == all.ids);
}

TEST_CASE("a range that is said twice, or ends before it begins, is refused", "[web]")
{
    const small_site s;
    const std::string path = "/api/prices/btc-usd/history?";
    CHECK(refusal(s, path + "since=1&after=1-0") == "400 after");
    CHECK(refusal(s, path + "until=1&before=1-0") == "400 before");
    CHECK(refusal(s, path + "after=1-0&after=1-0") == "400 after");
    CHECK(refusal(s, path + "before=1-0&before=1-0") == "400 before");
    CHECK(refusal(s, path + "after=1712525476000-1&before=1712525476000-0") == "400 before");
    CHECK(refusal(s, path + "after=1712525476000-1&until=1712525475") == "400 until");
    CHECK(refusal(s, path + "since=1712525476&before=1712525475000-0") == "400 before");
    const auto id = GENERATE("", "x", "1712525476123", "1-0-0", "-1-0", "%201-0", "1-1048576");
    CAPTURE(id);
    CHECK(refusal(s, path + "after=" + id) == "400 after");
    CHECK(refusal(s, path + "before=" + id) == "400 before");
    CHECK(
        boost::json::parse(s.get(path + "after=" + id).body).at("accepted").as_string() ==
        "the id of a tick, <milliseconds>-<counter>");
}

TEST_CASE("any part of a history agrees with all ticks there have ever been", "[web]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    const auto between = [&](std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>{low, high}(random);
    };
    constexpr std::size_t capacity = 8;
    constexpr std::int64_t started_ms = 1712525000000;

    for (int round = 0; round < 40; ++round) {
        small_site s{{"BTC-USD", "ETH-USD"}, capacity};
        std::vector<position> all;
        auto ms = started_ms;
        for (auto left = between(0, 24); left > 0; --left) {
            ms += between(0, 3);
            all.push_back(s.publish(ms, 1).at);
            if (between(0, 2) == 0)
                s.publish(ms, 2, "ETH-USD");
        }
        for (int question = 0; question < 50; ++question) {
            std::optional<std::int64_t> since;
            std::optional<std::int64_t> until;
            auto limit = std::size_t{1000};
            std::string target = "/api/prices/btc-usd/history?";
            if (between(0, 1) == 1) {
                since = between(started_ms - 3, ms + 3);
                target += "&since=" + std::to_string(*since);
            }
            if (between(0, 1) == 1) {
                until = between(since.value_or(started_ms - 3), ms + 4);
                target += "&until=" + std::to_string(*until);
            }
            if (between(0, 1) == 1) {
                limit = static_cast<std::size_t>(between(1, 10));
                target += "&limit=" + std::to_string(limit);
            }
            CAPTURE(target, all.size());
            const auto expected = history_of(all, capacity, since, until, limit);
            const auto answered = read_history(s.get(target).body);
            REQUIRE(answered.ids == expected.ids);
            REQUIRE(answered.more == expected.more);
            REQUIRE(answered.gap == expected.gap);
        }
    }
}
