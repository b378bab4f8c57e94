#include "web/stream_request.hpp"

#include "small_site.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::hub;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;

namespace {

// What was granted, or why nothing was, as text: a failed comparison then shows both sides.
std::string said(const small_site& of, const std::variant<stream_grant, problem>& decided)
{
    if (const auto* bad = std::get_if<problem>(&decided))
        return std::to_string(bad->status) + ' ' + bad->parameter + ": " + bad->detail;
    const auto& grant = std::get<stream_grant>(decided);
    std::string text;
    for (const auto id : grant.terms.symbols)
        text += (text.empty() ? "" : ",") + of.symbols.name(id);
    if (grant.terms.newest_only)
        text += " latest";
    if (grant.terms.interval.count() > 0)
        text += " every " + std::to_string(grant.terms.interval.count()) + " ms";
    if (grant.cursor.newest_only_until != position{})
        return text + " newest up to " + grant.cursor.newest_only_until.text();
    return text + " after " + grant.cursor.at.text();
}

std::string asking(
    const small_site& of, const std::string& query, std::string_view last_event_id = {},
    std::chrono::milliseconds ids_ahead = {})
{
    const auto target = "/prices/stream" + query;
    auto r = of.asked(target);
    set_header(r, "Last-Event-ID", last_event_id);
    return said(of, read_stream_request(r, of.prices, ids_ahead));
}

// The answer of the route itself, as the client sees it.
boost::json::object refusal(const small_site& of, std::string_view target)
{
    const auto r = of.get(target);
    CHECK(r.content_type == "application/problem+json");
    auto body = boost::json::parse(r.body).as_object();
    CHECK(body.at("status").as_int64() == r.status);
    return body;
}

}  // namespace

TEST_CASE("a time that cannot be read is a 400 that names since", "[web]")
{
    const small_site s;
    const auto value = GENERATE(
        "", "now", "-1", "NaN", "Infinity", "1e400", "1e9", "0x10", "%20", "+1", "1712525476%20",
        "1712525476%00", "1,2", "17125254760000000", "99999999999999999999999999999",
        "2024-04-07T23:31:16+02:00");
    CAPTURE(value);
    const auto target = std::string{"/prices/stream?since="} + value;
    CHECK(s.get(target).status == 400);
    const auto body = refusal(s, target);
    CHECK(body.at("type").as_string() == "urn:tickertape:problem:bad-parameter");
    CHECK(body.at("parameter").as_string() == "since");
    CHECK(
        body.at("accepted").as_string() ==
        "Unix seconds (decimals allowed), 13 digits of Unix milliseconds, RFC 3339, a date such "
        "as 2024-04-07 (its midnight, UTC), or a span back from now such as -30s, -10m, -2h or "
        "-1d; and no later than a minute from now");
}

TEST_CASE("since without a value is an empty one, and refused", "[web]")
{
    const small_site s;
    CHECK(asking(s, "?since") == "400 since: '' is not a time");
    CHECK(asking(s, "?since=") == "400 since: '' is not a time");
}

TEST_CASE(
    "a time more than a minute ahead is refused, up to a minute it is a clock's error", "[web]")
{
    const small_site s;  // its clock says 1712525480
    CHECK(asking(s, "?since=1712525539") == "BTC-USD after 1712525538999-1048575");
    CHECK(asking(s, "?since=1712525540") == "BTC-USD after 1712525539999-1048575");
    CHECK(asking(s, "?since=1712525540.001") == "400 since: '1712525540.001' lies in the future");
    CHECK(asking(s, "?since=9999999999999") == "400 since: '9999999999999' lies in the future");
    CHECK(
        asking(s, "?since=2499-01-01T00:00:00Z") ==
        "400 since: '2499-01-01T00:00:00Z' lies in the future");
}

TEST_CASE("the id of another stream gets all that is held, behind a gap that says so", "[web]")
{
    // A browser repeats what a server before us gave it at this URL, and a status other than 200
    // would end its EventSource for ever.
    const small_site s;
    const auto id = GENERATE(
        "x", "1712525476123", "1712525476123-", "-0", "-1-0", "1712525476123-0-0",
        " 1712525476123-0", "1712525476123-1048576", "17592186044416-0", "0x10-0", "1e3-0", "*");
    CAPTURE(id);
    // Before the epoch is where the planner begins with a gap of the restart.
    CHECK(asking(s, "", id) == "BTC-USD after 1712524999999-1048575");
    CHECK(asking(s, "?since=1712525476", id) == "BTC-USD after 1712524999999-1048575");
    const auto coded = id == std::string_view{" 1712525476123-0"} ? "%201712525476123-0" : id;
    CHECK(
        asking(s, std::string{"?symbols=*&last_event_id="} + coded) ==
        "BTC-USD,ETH-USD after 1712524999999-1048575");
}

TEST_CASE("an unknown symbol is a 404 that names it and the ones there are", "[web]")
{
    const small_site s;
    CHECK(
        asking(s, "?symbols=BTC-USD,DOGE-USD,ETH-USD") ==
        "404 symbols: there is no symbol 'DOGE-USD' here");
    const auto body = refusal(s, "/prices/stream?symbols=DOGE-USD");
    CHECK(body.at("type").as_string() == "urn:tickertape:problem:unknown-symbol");
    CHECK(body.at("parameter").as_string() == "symbols");
    CHECK(body.at("accepted").as_string() == "BTC-USD, ETH-USD");
    CHECK(
        asking(s, "?symbols=BTCUSD") ==
        "404 symbols: there is no symbol 'BTCUSD' here; did you mean BTC-USD?");
}

TEST_CASE("an empty name among the symbols is a 400", "[web]")
{
    const small_site s;
    const auto list = GENERATE("", ",", "BTC-USD,", ",BTC-USD", "BTC-USD,,ETH-USD");
    CAPTURE(list);
    CHECK(
        asking(s, std::string{"?symbols="} + list) ==
        "400 symbols: there is an empty name in symbols");
}

TEST_CASE("ten thousand symbols cost a refusal, or one place each that is known", "[web]")
{
    const small_site s;
    std::string unknown;
    std::string known;
    for (int i = 0; i < 10'000; ++i) {
        unknown += (i > 0 ? ",X" : "X") + std::to_string(i) + "-USD";
        known += i > 0 ? ",BTC-USD" : "BTC-USD";
    }
    CHECK(asking(s, "?symbols=" + unknown) == "404 symbols: there is no symbol 'X0-USD' here");
    CHECK(asking(s, "?symbols=" + known) == "BTC-USD newest up to 1712525000000-0");
}

TEST_CASE("a refusal repeats what was sent in bounds and without control characters", "[web]")
{
    const small_site s;
    CHECK(
        asking(s, "?symbols=%00%0d%0a%22%c3%a9%3Cb%3E") ==
        "404 symbols: there is no symbol '?\?\?\"?\?<b>' here");
    CHECK(
        asking(s, "?since=" + std::string(5'000, 'x')) ==
        "400 since: '" + std::string(64, 'x') + "...' is not a time");
}

TEST_CASE("a client may ask for less than every tick", "[web]")
{
    const small_site s;
    const std::string start = " newest up to 1712525000000-0";
    CHECK(asking(s, "?mode=all") == "BTC-USD" + start);
    CHECK(asking(s, "?mode=latest") == "BTC-USD latest" + start);
    CHECK(asking(s, "?max_rate=2") == "BTC-USD latest every 500 ms" + start);
    CHECK(asking(s, "?max_rate=0.01&mode=latest") == "BTC-USD latest every 100000 ms" + start);
    CHECK(asking(s, "?max_rate=1000") == "BTC-USD latest every 1 ms" + start);
}

TEST_CASE("a pace that cannot be had is refused with words", "[web]")
{
    const small_site s;
    CHECK(asking(s, "?mode=") == "400 mode: there is no mode ''");
    CHECK(asking(s, "?mode=Latest") == "400 mode: there is no mode 'Latest'");
    CHECK(
        asking(s, "?mode=all&max_rate=2") ==
        "400 mode: every tick and no more than some cannot both be had");
    const auto rate = GENERATE(
        "", "0", "-1", "0.009", "1000.1", "nan", "inf", "two", "2x", "%202", "+2", "0x2", "1e999");
    CAPTURE(rate);
    CHECK(asking(s, std::string{"?max_rate="} + rate).starts_with("400 max_rate: "));
}

namespace {

// What is granted where the market and the news can be followed.
std::string
following(const small_site& of, const std::string& query, std::string_view last_event_id = {})
{
    const auto target = "/prices/stream" + query;
    auto r = of.asked(target);
    set_header(r, "Last-Event-ID", last_event_id);
    const auto decided = read_stream_request(r, of.prices, {}, hub::set_of(0) | hub::set_of(2));
    auto text = said(of, decided);
    if (const auto* grant = std::get_if<stream_grant>(&decided)) {
        text += " topics " + std::to_string(grant->terms.topics);
        if (grant->topics_known)
            text += " known at " + grant->topics_known->text();
    }
    return text;
}

}  // namespace

TEST_CASE("a stream may follow topics beside the ticks, or without them", "[web]")
{
    small_site s;
    s.publish(1712525476000, 69420.25);
    const std::string newest = " newest up to 1712525476000-0";
    CHECK(following(s, "") == "BTC-USD" + newest + " topics 0");
    CHECK(following(s, "?topics=ticks") == "BTC-USD" + newest + " topics 0");
    CHECK(
        following(s, "?topics=ticks,%20market&symbols=*") ==
        "BTC-USD,ETH-USD" + newest + " topics 1");
    CHECK(following(s, "?topics=*") == "BTC-USD" + newest + " topics 5");
    CHECK(following(s, "?topics=news,market,news") == newest + " topics 5");
    const std::string id = "1712525475000-3";
    CHECK(following(s, "?topics=market", id) == " after " + id + " topics 1 known at " + id);
    CHECK(
        following(s, "?topics=*&since=1712525475") ==
        "BTC-USD after 1712525474999-1048575 topics 5");
    CHECK(
        following(s, "?topics=*", "of-another-server") ==
        "BTC-USD after 1712524999999-1048575 topics 5");
}

TEST_CASE("topics that cannot be followed are refused with what can be", "[web]")
{
    const small_site s;
    CHECK(following(s, "?topics=") == "400 topics: there is an empty name in topics");
    CHECK(following(s, "?topics=ticks,") == "400 topics: there is an empty name in topics");
    CHECK(following(s, "?topics=Market") == "400 topics: there is no topic 'Market'");
    CHECK(following(s, "?topics=ticks,*") == "400 topics: * means all topics, and stands alone");
    CHECK(
        following(s, "?topics=kpis") == "400 topics: this server knows nothing of the market: "
                                        "MARKET is off, as it is by default where "
                                        "prices are not live; MARKET=on turns it on");
    const auto name = GENERATE("symbols", "symbol", "since", "mode", "max_rate");
    CHECK(
        following(s, std::string{"?topics=market&"} + name + "=1") ==
        "400 " + std::string{name} + ": " + name +
            " is about ticks, and topics does not ask for them");
    const auto body = refusal(s, "/prices/stream?topics=market");
    CHECK(body.at("accepted").as_string() == "ticks, or *");
}

TEST_CASE("without a place the newest tick comes first", "[web]")
{
    small_site s;
    CHECK(asking(s, "") == "BTC-USD newest up to 1712525000000-0");  // when the server started
    s.publish(1712525476123, 69420.25);
    CHECK(asking(s, "") == "BTC-USD newest up to 1712525476123-0");
}

TEST_CASE("since is every tick at or after that time, in any of its forms", "[web]")
{
    const small_site s;
    CHECK(asking(s, "?since=0") == "BTC-USD after 0-1");
    CHECK(asking(s, "?since=1712525476") == "BTC-USD after 1712525475999-1048575");
    CHECK(asking(s, "?since=1712525476.5") == "BTC-USD after 1712525476499-1048575");
    CHECK(asking(s, "?since=1712525476.1239") == "BTC-USD after 1712525476123-1048575");
    CHECK(asking(s, "?since=1712525476123") == "BTC-USD after 1712525476122-1048575");
    CHECK(asking(s, "?since=2024-04-07T21:31:16Z") == "BTC-USD after 1712525475999-1048575");
    CHECK(
        asking(s, "?since=2024-04-07T23:31:16.123%2B02:00") ==
        "BTC-USD after 1712525476122-1048575");
}

TEST_CASE("an id is every tick after it", "[web]")
{
    const small_site s;
    CHECK(asking(s, "", "1712525476123-4") == "BTC-USD after 1712525476123-4");
    CHECK(asking(s, "?last_event_id=1712525476123-4") == "BTC-USD after 1712525476123-4");
}

TEST_CASE("the header wins over the query, and both over since, even a bad one", "[web]")
{
    const small_site s;
    CHECK(
        asking(s, "?since=1712525470&last_event_id=1712525471000-0", "1712525476123-4") ==
        "BTC-USD after 1712525476123-4");
    CHECK(
        asking(s, "?since=1712525470&last_event_id=1712525471000-0") ==
        "BTC-USD after 1712525471000-0");
    CHECK(asking(s, "?since=nonsense", "1712525476123-4") == "BTC-USD after 1712525476123-4");
}

TEST_CASE("an empty id is none: a browser that has seen no event sends that", "[web]")
{
    const small_site s;
    CHECK(
        asking(s, "?last_event_id=&since=1712525476123") == "BTC-USD after 1712525476122-1048575");
    CHECK(asking(s, "?last_event_id=") == "BTC-USD newest up to 1712525000000-0");
}

TEST_CASE("an id from the future gets all that is held, behind a gap that says so", "[web]")
{
    small_site s;
    // Before the epoch is where the planner begins with a gap of the restart.
    CHECK(asking(s, "", "1712525480002-0") == "BTC-USD after 1712524999999-1048575");
    CHECK(asking(s, "?last_event_id=17592186044415-0") == "BTC-USD after 1712524999999-1048575");
    CHECK(s.prices.epoch().text() == "1712525000000-0");
}

TEST_CASE("an id of this millisecond, or of a tick ahead of the clock, is no future", "[web]")
{
    small_site s;
    CHECK(asking(s, "", "1712525480000-9") == "BTC-USD after 1712525480000-9");
    // The clock has stepped back since this tick.
    s.publish(1712525490000, 69420.25);
    CHECK(asking(s, "", "1712525490000-0") == "BTC-USD after 1712525490000-0");
    CHECK(asking(s, "", "1712525490000-1") == "BTC-USD after 1712524999999-1048575");
}

TEST_CASE("in a cluster the ids may be ahead of this clock, and of this instance", "[web]")
{
    small_site s;
    s.publish(1712525490000, 69420.25);
    const std::chrono::seconds ahead{5};
    // The client had it from an instance that is some seconds ahead.
    CHECK(asking(s, "", "1712525495000-0", ahead) == "BTC-USD after 1712525495000-0");
    CHECK(asking(s, "", "1712525495001-0", ahead) == "BTC-USD after 1712524999999-1048575");
}

TEST_CASE("symbols are taken in their order, in any case, once each", "[web]")
{
    const small_site s;
    CHECK(asking(s, "?symbols=ETH-USD") == "ETH-USD newest up to 1712525000000-0");
    CHECK(asking(s, "?symbols=eth-usd,BTC-usd") == "ETH-USD,BTC-USD newest up to 1712525000000-0");
    CHECK(
        asking(s, "?symbols=eth-usd,ETH-USD,Eth-Usd,BTC-USD,eth-usd") ==
        "ETH-USD,BTC-USD newest up to 1712525000000-0");
    CHECK(asking(s, "?symbols=*") == "BTC-USD,ETH-USD newest up to 1712525000000-0");
}

TEST_CASE("blanks around the names of symbols do not count", "[web]")
{
    const small_site s;
    CHECK(
        asking(s, "?symbols=eth-usd,%20btc-usd") == "ETH-USD,BTC-USD newest up to 1712525000000-0");
    CHECK(
        asking(s, "?symbols=+ETH-USD+,+BTC-USD") == "ETH-USD,BTC-USD newest up to 1712525000000-0");
    CHECK(asking(s, "?symbols=%20*%20") == "BTC-USD,ETH-USD newest up to 1712525000000-0");
    CHECK(
        asking(s, "?symbols=btc-usd,%20,eth-usd") ==
        "400 symbols: there is an empty name in symbols");
}

TEST_CASE("* among the names of symbols is a 400", "[web]")
{
    const small_site s;
    const auto list = GENERATE("*,btc-usd", "BTC-USD,*", "*,*", "BTC-USD,%20*");
    CAPTURE(list);
    CHECK(
        asking(s, std::string{"?symbols="} + list) ==
        "400 symbols: * means all symbols, and stands alone");
}

TEST_CASE("since may be a date: its midnight in UTC", "[web]")
{
    const small_site s;  // it is 2024-04-07 21:31:20 there
    CHECK(asking(s, "?since=2024-04-07") == "BTC-USD after 1712447999999-1048575");
    CHECK(asking(s, "?since=1970-01-01").starts_with("BTC-USD after 0-1"));
    for (const auto* bad :
         {"2024-04-08", "2024-04-31", "2024-4-7", "2024-04-07Z", "20240407-1", "2024-04-0x"}) {
        CAPTURE(bad);
        CHECK(asking(s, std::string{"?since="} + bad).starts_with("400 since: "));
    }
}

TEST_CASE("a parameter given twice is a 400 that names it", "[web]")
{
    const small_site s;
    CHECK(asking(s, "?since=1&mode=all&since=2") == "400 since: since is given more than once");
    CHECK(asking(s, "?max_rate=2&max_rate=2") == "400 max_rate: max_rate is given more than once");
    CHECK(asking(s, "?symbols=ETH-USD&symbols=BTC-USD").starts_with("400 symbols: "));
    CHECK(asking(s, "?mode=all&mod%65=latest").starts_with("400 mode: "));
    CHECK(asking(s, "?last_event_id&last_event_id=1-0").starts_with("400 last_event_id: "));
    const auto* target = GENERATE(
        "/prices/stream?since=1&since=1", "/api/prices/btc-usd/history?since=1&since=1",
        "/api/prices/btc-usd/history?until=1&until=1",
        "/api/prices/btc-usd/history?limit=1&limit=1", "/api/feed?symbol=btc-usd&symbol=eth-usd");
    CHECK(refusal(s, target).at("accepted").as_string() == "one value");
}

TEST_CASE("parameters nobody knows are ignored", "[web]")
{
    const small_site s;
    CHECK(asking(s, "?a=1&a=2&tag=1&tag=2") == "BTC-USD newest up to 1712525000000-0");
    CHECK(asking(s, "?utm_source=mail&_=17&mo=x") == "BTC-USD newest up to 1712525000000-0");
}

TEST_CASE("symbol is taken for symbols", "[web]")
{
    const small_site s;
    CHECK(asking(s, "?symbol=eth-usd") == "ETH-USD newest up to 1712525000000-0");
    CHECK(asking(s, "?symbol=*") == "BTC-USD,ETH-USD newest up to 1712525000000-0");
    CHECK(
        asking(s, "?symbol=btcusd") ==
        "404 symbol: there is no symbol 'btcusd' here; did you mean BTC-USD?");
    CHECK(
        asking(s, "?symbol=ETH-USD&symbols=BTC-USD") ==
        "400 symbol: symbol and symbols both say which symbols are wanted");
    CHECK(asking(s, "?symbol=").starts_with("400 symbol: there is an empty name"));
}

TEST_CASE("a parameter that is nearly a known one is refused with the right name", "[web]")
{
    const small_site s;
    const auto told = refusal(s, "/prices/stream?sinc=1712525476");
    CHECK(told.at("status").as_int64() == 400);
    CHECK(told.at("parameter").as_string() == "sinc");
    CHECK(told.at("accepted").as_string() == "since");
    CHECK(
        told.at("detail").as_string() == "there is no parameter 'sinc' here; did you mean since?");
    CHECK(refusal(s, "/prices/stream?Max-Rate=2").at("accepted").as_string() == "max_rate");
    CHECK(
        refusal(s, "/prices/stream?lastEventId=1-0").at("accepted").as_string() == "last_event_id");
    CHECK(refusal(s, "/api/prices/btc-usd/history?limits=3").at("accepted").as_string() == "limit");
    CHECK(refusal(s, "/api/feed?symbolz=btc-usd").at("accepted").as_string() == "symbols");
    CHECK(refusal(s, "/api/watchlist?point=3").at("accepted").as_string() == "points");
}

TEST_CASE("since may be a span back from now", "[web]")
{
    small_site s;  // it is 1712525480 there
    CHECK(asking(s, "?since=-10m") == "BTC-USD after 1712524879999-1048575");
    CHECK(asking(s, "?since=-30s") == "BTC-USD after 1712525449999-1048575");
    CHECK(asking(s, "?since=-2h") == "BTC-USD after 1712518279999-1048575");
    CHECK(asking(s, "?since=-1d") == "BTC-USD after 1712439079999-1048575");
    for (const auto* bad : {"-10", "-m", "-10x", "--10m", "-10m5s", "-1.5h", "-", "-10%20m"}) {
        CAPTURE(bad);
        CHECK(asking(s, std::string{"?since="} + bad).starts_with("400 since: "));
    }
    s.publish(1712525470000, 1);
    CHECK(
        s.get("/api/prices/btc-usd/history?since=-1m").body.find("\"price\":1") !=
        std::string::npos);
    CHECK(
        s.get("/api/prices/btc-usd/history?until=-1m").body.find("\"ticks\":[]") !=
        std::string::npos);
}

TEST_CASE("the route grants what was asked for, to GET and to HEAD", "[web]")
{
    small_site s;
    stream_grant granted;
    s.subscribe = [&granted](std::size_t, const subscription& wanted) {
        granted = {.terms = wanted.terms, .cursor = wanted.cursor, .era = wanted.era};
    };
    auto r = s.asked("/prices/stream?symbols=*&since=1712525476");
    for (const auto what : {method::get, method::head}) {
        r.what = what;
        const auto outcome = s.outcome(r);
        CHECK(outcome.route == "/prices/stream");
        REQUIRE(std::holds_alternative<takeover>(outcome.what));
        const auto& granting = std::get<takeover>(outcome.what);
        granting.to(
            {.lane = 0, .socket = {}, .permit = {}, .how = body_end::last_chunk, .head = {}});
        CHECK(said(s, granted) == "BTC-USD,ETH-USD after 1712525475999-1048575");
        granted = {};
    }
}
