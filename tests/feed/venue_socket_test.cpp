#include "feed/venue_socket.hpp"

#include "core/fetch_error.hpp"
#include "feed/harness.hpp"
#include "feed/said_log.hpp"
#include "net/tls_trust.hpp"
#include "pricing/errors.hpp"
#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "support/fake_websocket_server.hpp"
#include "json/errors.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <functional>
#include <sstream>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace tickertape::net;
using namespace tickertape::testing;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::awaitable;

namespace {

using strings = std::vector<std::string>;

// A provider of the test's own. It is told "sub 0", "sub 1", ...; it says "ok 0", "no 0 <words>",
// "price 0 100.5", "renew", "fail <words>", "note <words>", "please say <words>", and
// "please say much". Whatever else it says is unknown.
class plain_protocol final : public socket_api {
public:
    explicit plain_protocol(socket_rules rules) : rules_{std::move(rules)} {}

    socket_rules rules() const override { return rules_; }
    std::optional<market_name> spelling(std::string_view, std::string_view) const override
    {
        return std::nullopt;
    }
    std::string target(std::span<const market> markets) const override
    {
        return "/prices?of=" + std::to_string(markets.size());
    }
    void opened(std::span<const market> markets, socket_news& news) override
    {
        for (const auto& m : markets)
            news.to_send.push_back("sub " + m.spelled.name);
    }
    void read(std::string_view message, socket_news& news) override
    {
        std::istringstream words{std::string{message}};
        std::string word, rest;
        words >> word;
        unsigned number = 0;
        if (word == "ok" || word == "no" || word == "price")
            words >> number;
        const auto symbol = static_cast<symbol_id>(number);
        std::getline(words >> std::ws, rest);
        if (word == "ok")
            news.accepted.push_back(symbol);
        else if (word == "no")
            news.refused.push_back({symbol, {provider_errc::subscription_refused, rest}});
        else if (word == "price")
            news.quotes.push_back({symbol, plausible_price(std::string_view{rest}).value()});
        else if (word == "renew")
            news.reconnect = true;
        else if (word == "fail")
            news.failed = fetch_error{json_errc::not_json, rest};
        else if (word == "note")
            news.notice = rest;
        else if (message == "please say much")
            news.to_send.assign(100, "much");
        else if (word == "please")
            news.to_send.push_back(rest.substr(4));
        else
            ++news.unknown;
    }

private:
    socket_rules rules_;
};

// At least ten: a provider may speak of symbols that it was not asked for.
strings symbol_names(std::size_t count)
{
    strings names;
    for (std::size_t i = 0; i < std::max<std::size_t>(count, 10); ++i)
        names.push_back("S" + std::to_string(i) + "-USD");
    return names;
}

// One server, one socket kept alive, what that made known, and the loop all run on.
struct rig final : quote_listener {
    explicit rig(fake_websocket_server::script plays, std::size_t symbols = 1)
        : h{symbol_names(symbols)}, server{h.io, std::nullopt, std::move(plays)},
          trust{make_tls_context("")}
    {
        for (std::size_t i = 0; i < symbols; ++i)
            markets.push_back({static_cast<symbol_id>(i), {std::to_string(i)}});
        limits.confirm = 2000ms;
        limits.again_first = 1ms;
        limits.again_most = 1ms;
        limits.overlap = 2000ms;
        limits.connection.goodbye = 200ms;
        rules.messages_per_second = 1000;
    }
    ~rig() override { end(); }

    // Runs until `is_enough`, which must come to be, and ends the source.
    void run_until(std::function<bool()> is_enough)
    {
        begin();
        const auto late = std::chrono::steady_clock::now() + 60s;
        while (!is_enough() && std::chrono::steady_clock::now() < late)
            step(5s);
        CHECK(is_enough());
        end();
    }
    // Runs for so long, and ends the source.
    void run_for(std::chrono::milliseconds how_long)
    {
        begin();
        h.io.run_for(how_long);
        end();
    }
    void step(std::chrono::milliseconds at_most)
    {
        h.io.run_one_for(at_most);
        note_confirmed();
    }
    void begin()
    {
        const feed_context context{strand, h.sink,     h.symbols,  h.sources,
                                   h.time, said.log(), h.counters, h.reports};
        venue_socket_parts parts{
            .rank = 3,
            .name = "x",
            .make_api = [this] { return std::make_unique<plain_protocol>(rules); },
            .url = parse_websocket_url("ws://127.0.0.1:" + server.port()).value(),
            .trust = trust,
            .limits = limits,
            .chosen = {markets, std::vector<usd_standin>(h.symbols.size(), usd_standin::usdt)}};
        source = std::make_unique<venue_socket>(
            context, std::move(parts), *this, [this] { return random; });
        is_running = true;
        asio::co_spawn(
            strand, source->run(),
            asio::bind_executor(
                strand,
                asio::bind_cancellation_slot(stop.slot(), [this](std::exception_ptr escaped) {
                    CHECK_FALSE(escaped);
                    is_running = false;
                })));
    }
    void end()
    {
        if (!is_running)
            return;
        asio::post(strand, [this] { stop.emit(asio::cancellation_type::terminal); });
        const auto began = std::chrono::steady_clock::now();
        while (is_running && std::chrono::steady_clock::now() - began < 3s)
            h.io.run_one_for(1s);
        CHECK_FALSE(is_running);
        CHECK(std::chrono::steady_clock::now() - began < 10s);
        server.stop();
        h.io.run_for(1s);
    }

    boost::system::error_code
    quoted(std::size_t provider, const quote& q, usd_standin as, pricing::quote_way by) override
    {
        note_confirmed();
        CHECK(provider == 3);
        CHECK(as == usd_standin::usdt);
        CHECK(by == pricing::quote_way::socket);
        events.push_back(
            "price " + std::to_string(index_of(q.symbol)) + " " +
            std::to_string(static_cast<int>(q.value.value() + 0.5)));
        return believe ? boost::system::error_code{} : pricing::pricing_errc::stale_quote;
    }
    void failed(
        std::size_t provider, symbol_id symbol, const fetch_error& why,
        pricing::quote_way by) override
    {
        note_confirmed();
        CHECK(provider == 3);
        CHECK(by == pricing::quote_way::socket);
        events.push_back("refused " + std::to_string(index_of(symbol)) + ": " + why.detail);
    }
    void dropped(std::size_t provider, symbol_id symbol) override
    {
        CHECK(provider == 3);
        events.push_back("dropped " + std::to_string(index_of(symbol)));
    }
    void ended(std::size_t provider) override
    {
        CHECK(provider == 3);
        CHECK(source->confirmed().empty());
        confirmed.clear();
        events.push_back("down");
        const auto why = source->report().last_failure;
        downs.push_back(why ? why->words : "none");
    }
    void dated(std::size_t provider, const clock_comparison& reading) override
    {
        CHECK(provider == 3);
        clock = reading;
    }
    // What is confirmed is no call: it is looked at after each step, and before each call.
    void note_confirmed()
    {
        const auto now = source->confirmed();
        if (now.empty() || std::ranges::equal(now, confirmed))
            return;
        confirmed.assign(now.begin(), now.end());
        std::string all = "live";
        for (const auto symbol : confirmed)
            all += " " + std::to_string(index_of(symbol));
        events.push_back(all);
    }
    std::size_t count(std::string_view event) const
    {
        return static_cast<std::size_t>(std::count(events.begin(), events.end(), event));
    }

    harness h;
    said_log said;
    asio::strand<asio::io_context::executor_type> strand = asio::make_strand(h.io);
    fake_websocket_server server;
    asio::ssl::context trust;
    std::vector<market> markets;
    venue_socket_limits limits;
    socket_rules rules;
    double random = 0.5;
    asio::cancellation_signal stop;
    bool is_running = false;
    std::unique_ptr<venue_socket> source;
    strings events;
    std::vector<symbol_id> confirmed;
    strings downs;  // why each connection failed, as the report says it
    bool believe = true;
    std::optional<clock_comparison> clock;
};

// Says these as text messages, and then listens.
fake_websocket_server::script says(strings messages)
{
    return [messages](websocket_peer& peer) -> awaitable<void> {
        co_await peer.accept();
        for (const auto& message : messages)
            co_await peer.say(message);
        co_await peer.hang();
    };
}

fake_websocket_server::script refuses(std::string header, std::string body = "Why?")
{
    const auto length = std::to_string(body.size());
    const auto answer = "HTTP/1.1 " + header + "\r\nContent-Length: " + length + "\r\n\r\n" + body;
    return [answer](websocket_peer& peer) -> awaitable<void> { co_await peer.send(answer); };
}

}  // namespace

TEST_CASE("A stream that confirms nothing in time is given up and tried again", "[feed]")
{
    rig r{says({"no 0 never heard of it", "what?"})};
    r.limits.confirm = 60ms;

    r.run_until([&] { return r.downs.size() == 2; });

    CHECK(r.downs[0] == words_of({provider_errc::subscription_refused, "never heard of it"}));
    CHECK(
        r.events ==
        strings{"refused 0: never heard of it", "down", "refused 0: never heard of it", "down"});
    r.source->report();
    CHECK(r.h.counted("tickertape_stream_unknown_total{provider=\"x\"}") == 2);
    CHECK(r.h.counted("tickertape_stream_live{provider=\"x\"}") == 0);
    const auto log = r.said.text();
    CHECK(log.find("stream sends what is not known") != std::string::npos);
    CHECK(
        log.find("stream sends what is not known") == log.rfind("stream sends what is not known"));
    CHECK(log.find("stream refuses a symbol") == log.rfind("stream refuses a symbol"));
    CHECK(log.find("stream down") == log.rfind("stream down"));
}

TEST_CASE("A stream that breaks is down until another one is live", "[feed]")
{
    rig r{[](websocket_peer& peer) -> awaitable<void> {
        co_await peer.accept();
        co_await peer.hear();
        co_await peer.say("ok 0");
        co_await peer.say("price 0 " + std::to_string(100 + peer.number()));
        if (peer.number() == 0)
            co_await peer.send(close_frame(1012, "restart"));
        co_await peer.hang();
    }};

    r.run_until([&] { return r.count("price 0 101") == 1; });

    CHECK(r.events == strings{"live 0", "price 0 100", "down", "live 0", "price 0 101"});
    CHECK(r.downs[0] == words_of({net_errc::peer_closed, "1012 restart"}));
}

TEST_CASE("What the protocol cannot live with ends the connection", "[feed]")
{
    rig r{says({"ok 0", "price 0 5", "fail no sense in it", "price 0 6"})};

    r.run_until([&] { return r.downs.size() == 1; });

    CHECK(r.events == strings{"live 0", "price 0 5", "down"});
    CHECK(r.downs[0] == words_of({json_errc::not_json, "no sense in it"}));
}

TEST_CASE("A stream that falls silent is down", "[feed]")
{
    rig r{says({"ok 0"})};
    r.rules.silence_max = 80ms;

    r.run_until([&] { return r.downs.size() == 1; });

    CHECK(r.downs[0] == words_of({net_errc::peer_silent}));
}

TEST_CASE("Messages over the protocol's own limit end the connection", "[feed]")
{
    rig r{says({"ok 0", std::string(101, 'x')})};
    r.rules.message_bytes_max = 100;

    r.run_until([&] { return r.downs.size() == 1; });

    CHECK(r.downs[0] == words_of({net_errc::message_too_large}));
}

TEST_CASE("More to say than may wait to be said ends the connection", "[feed]")
{
    rig r{says({"ok 0", "please say much"})};
    r.limits.to_send_max = 50;
    r.rules.messages_per_second = 1;

    r.run_until([&] { return r.downs.size() == 1; });

    CHECK(
        r.downs[0] == words_of({provider_errc::throttled, "50 messages of ours wait to be sent"}));
}

TEST_CASE("Each failure in a row is followed by more patience, up to a limit", "[feed]")
{
    rig r{refuses("503 Busy")};
    r.random = 0.99;
    r.limits.again_first = 40ms;
    r.limits.again_most = 160ms;

    r.run_for(900ms);

    // At 0, 40, 120, 280, 440, 600 and 760 ms.
    CHECK(r.server.connections() >= 4);
    CHECK(r.server.connections() <= 7);
    CHECK(r.downs.at(0) == words_of({net_errc::upgrade_refused, "Why?", 503}));
}

TEST_CASE("A refused stream says why in the provider's own words", "[feed]")
{
    rig json{refuses("429 No", R"({"message":"slow down"})")};
    json.run_until([&] { return !json.downs.empty(); });
    CHECK(json.downs.at(0) == words_of({net_errc::upgrade_refused, "slow down", 429}));

    rig page{refuses("451 No", "<html><title>Blocked</title>")};
    page.run_until([&] { return !page.downs.empty(); });
    CHECK(page.downs.at(0) == words_of({net_errc::upgrade_refused, "Blocked", 451}));

    rig elsewhere{refuses("302 Found\r\nLocation: https://elsewhere.test/")};
    elsewhere.run_until([&] { return !elsewhere.downs.empty(); });
    CHECK(
        elsewhere.downs.at(0) ==
        words_of({net_errc::upgrade_refused, "to https://elsewhere.test/", 302}));
}

TEST_CASE("Where a stream is not welcome it does not come back soon", "[feed]")
{
    const auto header = GENERATE("451 Unavailable", "403 Forbidden", "429 No\r\nRetry-After: 2");
    rig r{refuses(header)};
    r.limits.unwelcome = 2000ms;

    r.run_for(300ms);

    CHECK(r.server.connections() == 1);
    CHECK(r.source->report().state == "waiting");
}

TEST_CASE("Patience is forgotten only by a connection that was live for a while", "[feed]")
{
    const bool settles = GENERATE(true, false);
    rig r{[](websocket_peer& peer) -> awaitable<void> {
        co_await peer.accept();
        co_await peer.say("ok 0");
        co_await peer.pause(30ms);
    }};
    r.limits.settled = settles ? 10ms : 1000ms;
    r.random = 0.99;
    r.limits.again_first = 10ms;
    r.limits.again_most = 10s;

    r.run_for(700ms);

    // Every 40 ms, or at 0, 40, 90, 160, 270, 460 ms and later than 700.
    if (settles)
        CHECK(r.server.connections() >= 8);
    else
        CHECK(r.server.connections() <= 6);
}

TEST_CASE("Subscriptions go out at the pace the provider allows", "[feed]")
{
    std::vector<std::chrono::steady_clock::time_point> at;
    rig r{
        [&](websocket_peer& peer) -> awaitable<void> {
            co_await peer.accept();
            while (co_await peer.hear()) {
                at.push_back(std::chrono::steady_clock::now());
                co_await peer.say("ok 0");
            }
        },
        5};
    r.rules.messages_per_second = 20;

    r.run_until([&] { return at.size() == 5; });

    CHECK(at.back() - at.front() >= 190ms);
    CHECK(r.server.heard() == strings{"sub 0", "sub 1", "sub 2", "sub 3", "sub 4"});
    CHECK(r.server.requests().at(0).starts_with("GET /prices?of=5 HTTP/1.1\r\n"));
}

TEST_CASE("What the protocol wants said is said", "[feed]")
{
    rig r{says({"ok 0", "please say pong 7"})};

    r.run_until([&] { return r.server.heard().size() == 2; });

    CHECK(r.server.heard() == strings{"sub 0", "pong 7"});
}

TEST_CASE("A provider that wants to hear from us does", "[feed]")
{
    rig r{says({"ok 0"})};
    r.rules.keep_alive = "ping";
    r.rules.keep_alive_every = 40ms;

    r.run_until([&] { return r.server.heard().size() == 4; });

    CHECK(r.server.heard() == strings{"sub 0", "ping", "ping", "ping"});
}

TEST_CASE("The report says how the stream is", "[feed]")
{
    rig r{says({"ok 0", "ok 1", "ok 1", "what?", "note down for maintenance"}), 3};
    feed_report::venue_socket seen;

    r.run_until([&] {
        seen = r.source->report();
        return seen.messages == 5;
    });

    CHECK(seen.state == "live");
    CHECK(seen.since.has_value());
    CHECK(seen.last_message.has_value());
    CHECK(seen.connections == 1);
    CHECK(seen.subscribed == 2);
    CHECK(seen.notice == "down for maintenance");
    CHECK(r.events == strings{"live 0", "live 0 1"});
    CHECK(r.source->report().state == "waiting");
}

TEST_CASE("What a venue announces is logged once", "[feed]")
{
    rig r{says({"ok 0", "note down for maintenance", "note down for maintenance"})};

    r.run_until([&] { return r.source->report().messages == 3; });

    const auto log = r.said.text();
    CHECK(log.find("stream notice provider=x words=\"down for maintenance\"") != std::string::npos);
    CHECK(log.find("stream notice") == log.rfind("stream notice"));
    CHECK(log.find("stream live provider=x") != std::string::npos);
}

TEST_CASE("A quote that cannot be believed is in the report", "[feed]")
{
    rig r{says({"price 0 7"})};
    r.believe = false;

    r.run_until([&] { return r.source->report().last_failure.has_value(); });

    CHECK(r.source->report().last_failure->words.find("S0-USD") != std::string::npos);
}

TEST_CASE("A quote is as good as a confirmation", "[feed]")
{
    rig r{says({"price 0 7", "price 9 8"})};

    r.run_until([&] { return r.count("price 9 8") == 1; });

    CHECK(r.events == strings{"live 0", "price 0 7", "price 9 8"});
}

TEST_CASE("A flood of quotes arrives whole and in order", "[feed]")
{
    constexpr int quotes = 20'000;
    rig r{[&](websocket_peer& peer) -> awaitable<void> {
        co_await peer.accept();
        std::string all = text_frame("ok 0");
        for (int i = 1; i <= quotes; ++i)
            all += text_frame("price 0 " + std::to_string(i));
        co_await peer.send(all);
        co_await peer.hang();
    }};

    r.run_until([&] { return r.events.size() == quotes + 1; });

    bool in_order = true;
    for (int i = 1; i <= quotes; ++i)
        in_order =
            in_order && r.events[static_cast<std::size_t>(i)] == "price 0 " + std::to_string(i);
    CHECK(in_order);
    CHECK(r.source->report().messages == quotes + 1);
}

TEST_CASE("A connection the provider wants renewed is left only when another is live", "[feed]")
{
    rig r{
        [](websocket_peer& peer) -> awaitable<void> {
            co_await peer.accept();
            if (peer.number() == 0) {
                for (const auto* message : {"ok 0", "ok 1", "renew"})
                    co_await peer.say(message);
                // Both prices again and again, until it is told goodbye.
                for (int i = 0; i < 60; ++i) {
                    co_await peer.say("price 0 100");
                    co_await peer.say("price 1 200");
                    co_await peer.pause(10ms);
                }
                co_await peer.hear();
                co_await peer.hear();
                co_await peer.hear();
                co_return;
            }
            co_await peer.pause(30ms);
            co_await peer.say("ok 0");
            co_await peer.say("price 0 101");
            co_await peer.pause(300ms);
            co_await peer.say("price 1 201");
            co_await peer.hang();
        },
        2};
    r.limits.connection.goodbye = 3000ms;

    r.run_until([&] { return r.server.goodbyes().size() == 1; });

    CAPTURE(r.events);
    CHECK(r.count("down") == 0);
    CHECK(r.server.connections() == 2);
    // Old prices of a symbol end where its new ones begin.
    const auto first = [&](const char* what) {
        return std::find(r.events.begin(), r.events.end(), what);
    };
    CHECK(first("price 0 100") < first("price 0 101"));
    CHECK(std::find(first("price 0 101"), r.events.end(), "price 0 100") == r.events.end());
    CHECK(std::find(first("price 0 101"), r.events.end(), "price 1 200") != r.events.end());
    CHECK(first("price 1 201") != r.events.end());
    CHECK(std::find(first("price 1 201"), r.events.end(), "price 1 200") == r.events.end());
    CHECK(r.events[0] == "live 0");
    CHECK(r.events[1] == "live 0 1");
    CHECK(r.count("live 0 1") == 1);
}

TEST_CASE("What a renewed connection does not confirm in time is no longer live", "[feed]")
{
    rig r{
        [](websocket_peer& peer) -> awaitable<void> {
            co_await peer.accept();
            if (peer.number() == 0)
                for (const auto* message : {"ok 0", "ok 1", "renew"})
                    co_await peer.say(message);
            else
                co_await peer.say("ok 1");
            while (co_await peer.hear()) {
            }
        },
        2};
    r.limits.overlap = 60ms;

    r.run_until([&] { return r.server.goodbyes().size() == 1; });

    CHECK(r.events == strings{"live 0", "live 0 1", "dropped 0", "live 1"});
}

TEST_CASE("A connection that cannot be renewed is kept", "[feed]")
{
    rig r{[](websocket_peer& peer) -> awaitable<void> {
        if (peer.number() > 0)
            co_return;
        co_await peer.accept();
        co_await peer.say("ok 0");
        co_await peer.say("renew");
        co_await peer.hang();
    }};

    r.run_until([&] { return r.server.connections() >= 4; });

    CHECK(r.count("down") == 0);
    CHECK(r.events == strings{"live 0"});
    CHECK(r.said.text().find("words=\"the connection could not be renewed") != std::string::npos);
}

TEST_CASE("A renewed connection takes over without a gap if the old one breaks", "[feed]")
{
    rig r{
        [](websocket_peer& peer) -> awaitable<void> {
            co_await peer.accept();
            if (peer.number() == 0) {
                for (const auto* message : {"ok 0", "ok 1", "renew"})
                    co_await peer.say(message);
                co_await peer.pause(300ms);
                co_return;
            }
            co_await peer.say("ok 0");
            co_await peer.hang();
        },
        2};

    r.run_until([&] { return r.count("live 0") == 2; });

    CHECK(r.events == strings{"live 0", "live 0 1", "dropped 1", "live 0"});
}

TEST_CASE("A provider that wants every connection renewed at once is followed slowly", "[feed]")
{
    rig r{[](websocket_peer& peer) -> awaitable<void> {
        co_await peer.accept();
        co_await peer.say("ok 0");
        co_await peer.say("renew");
        while (co_await peer.hear()) {
        }
    }};
    r.random = 0.99;
    r.limits.again_first = 40ms;
    r.limits.again_most = 10s;

    r.run_for(600ms);

    // At 0, 0, 40, 120, 280 and 600 ms.
    CHECK(r.server.connections() >= 3);
    CHECK(r.server.connections() <= 6);
    CHECK(r.count("down") == 0);
}

TEST_CASE("A connection is renewed shortly before the provider would end it", "[feed]")
{
    const auto age = GENERATE(9 * 60s + 29s, 9 * 60s + 55s);
    rig r{[](websocket_peer& peer) -> awaitable<void> {
        co_await peer.accept();
        co_await peer.say("ok 0");
        // Each makes us look at the clock.
        while (co_await peer.hear())
            co_await peer.say("please say it");
    }};
    r.rules.lifetime = 10min;
    r.rules.keep_alive = "ping";
    r.rules.keep_alive_every = 5ms;
    r.rules.messages_per_second = 100;

    r.begin();
    while (r.count("live 0") == 0)
        r.step(1s);
    r.h.time.steady_offset = age;
    r.h.io.run_for(500ms);
    r.end();

    CHECK(r.server.connections() == (age < 9 * 60s + 30s ? 1 : 2));
    CHECK(r.count("down") == 0);
}

TEST_CASE("A stream that is told to end leaves nothing behind", "[feed]")
{
    const int phase = GENERATE(0, 1, 2);
    rig r{[phase](websocket_peer& peer) -> awaitable<void> {
        if (phase > 0)
            co_await peer.accept();
        if (phase > 1)
            co_await peer.say("ok 0");
        co_await peer.hang();
    }};

    r.begin();
    r.h.io.run_for(50ms);
    r.end();  // which checks that it takes no time

    CHECK(r.server.connections() == 1);
    CHECK(r.server.open_connections() == 0);
    CHECK(r.count("down") == 0);
}

TEST_CASE("A socket that rests closes its connection, and opens one when it goes on", "[feed]")
{
    rig r{says({"ok 0", "price 0 5"})};
    r.begin();
    const auto late = std::chrono::steady_clock::now() + 60s;
    const auto run_until = [&](auto is_enough) {
        while (!is_enough() && std::chrono::steady_clock::now() < late)
            r.step(1s);
        CHECK(is_enough());
    };
    run_until([&] { return r.count("price 0 5") == 1; });
    r.source->rest(true);
    run_until([&] { return r.count("down") == 1; });
    CHECK(r.source->report().state == "waiting");
    CHECK_FALSE(r.source->report().last_failure);
    r.source->rest(false);
    run_until([&] { return r.count("price 0 5") == 2; });
    CHECK(r.source->report().connections == 2);
    r.end();
}
