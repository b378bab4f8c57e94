// The venues as a client meets them: TLS, HTTP, and sockets read by Beast, which is strict.
#include "asio/no_throw.hpp"
#include "support/catch.hpp"
#include "support/fake_venue/control.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fstream>

using namespace fake_venue;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using tickertape::no_throw;
namespace json = boost::json;
namespace ssl = asio::ssl;
namespace websocket = boost::beast::websocket;
using tcp = asio::ip::tcp;
using error_code = boost::system::error_code;

namespace {

// A world, and one coroutine of a client on the same thread.
struct fixture {
    explicit fixture(world_settings settings = {.trade = {.symbols = {"BTC-USD", "ETH-USD"}}})
        : made{io, std::move(settings)}
    {
        trust.load_verify_file(made.identities().ca_file());
        trust.set_verify_mode(ssl::verify_peer);
    }

    template <class Client>
    void run(Client client)
    {
        bool is_over = false;
        std::exception_ptr failed;
        asio::co_spawn(io, client(), [&](std::exception_ptr e) {
            is_over = true;
            failed = e;
            made.stop();
        });
        io.run_for(20s);
        made.stop();
        io.run_for(1s);
        if (failed)
            std::rethrow_exception(failed);
        REQUIRE(is_over);
    }

    json::value
    tell(const std::string& method, const std::string& target, const json::value& body = {})
    {
        auto request = *parse_request(method + " " + target + " HTTP/1.1\r\n\r\n");
        request.body = json::serialize(body);
        const auto answer = control(made, request);
        INFO(answer.body);
        CHECK(answer.status == 200);
        return json::parse(answer.body);
    }
    json::value counts(const std::string& venue) { return tell("GET", "/counts").at(venue); }
    void misbehave(json::object how) { tell("POST", "/fault", how); }

    tcp::endpoint at(const std::string& venue)
    {
        return {asio::ip::address_v4::loopback(), made.port(venue).port()};
    }

    asio::io_context io{1};
    world made;
    ssl::context trust{ssl::context::tls_client};
};

// One request over a connection of its own: all that came, or why nothing did.
struct heard {
    error_code ec;
    std::string text;
};

asio::awaitable<heard> fetch(fixture& f, std::string venue, std::string target)
{
    ssl::stream<tcp::socket> stream{f.io, f.trust};
    stream.set_verify_callback(ssl::host_name_verification{"localhost"});
    if (const auto [ec] = co_await stream.next_layer().async_connect(f.at(venue), no_throw); ec)
        co_return heard{ec, {}};
    if (const auto [ec] = co_await stream.async_handshake(ssl::stream_base::client, no_throw); ec)
        co_return heard{ec, {}};
    const auto request = "GET " + target + " HTTP/1.1\r\nUser-Agent: test\r\n\r\n";
    co_await asio::async_write(stream, asio::buffer(request), no_throw);
    heard all;
    const auto [ec, size] = co_await asio::async_read_until(
        stream, asio::dynamic_buffer(all.text), "\r\n\r\n", no_throw);
    all.ec = ec;
    std::string more(64 * 1024, '\0');
    // What comes with the header or right behind it is enough here.
    if (!ec && all.text.ends_with("\r\n\r\n")) {
        const auto [failed, n] = co_await stream.async_read_some(asio::buffer(more), no_throw);
        all.text.append(more, 0, n);
    }
    co_return all;
}

class socket_client {
public:
    explicit socket_client(fixture& f) : fixture_{f}, stream_{f.io, f.trust}
    {
        stream_.control_callback([this](websocket::frame_type kind, boost::beast::string_view) {
            pings_ += kind == websocket::frame_type::ping ? 1 : 0;
        });
    }

    asio::awaitable<error_code> open(std::string venue, std::string target)
    {
        auto& tcp_layer = stream_.next_layer().next_layer();
        co_await tcp_layer.async_connect(fixture_.at(venue), no_throw);
        co_await stream_.next_layer().async_handshake(ssl::stream_base::client, no_throw);
        const auto [ec] =
            co_await stream_.async_handshake(response_, "localhost", target, no_throw);
        co_return ec;
    }
    asio::awaitable<void> say(std::string text)
    {
        co_await stream_.async_write(asio::buffer(text), no_throw);
    }
    // The next message; empty: the connection is over, and ended_by() says why.
    asio::awaitable<std::string> hear()
    {
        buffer_.clear();
        const auto [ec, size] = co_await stream_.async_read(buffer_, no_throw);
        ended_by_ = ec;
        if (ec)
            co_return std::string{};
        co_return std::string{static_cast<const char*>(buffer_.data().data()), size};
    }
    // The next message with that text in it.
    asio::awaitable<std::string> hear_of(std::string text)
    {
        for (;;) {
            auto message = co_await hear();
            if (message.empty() || message.find(text) != std::string::npos)
                co_return message;
        }
    }
    error_code ended_by() const { return ended_by_; }
    unsigned status() const { return response_.result_int(); }
    int close_code() const { return stream_.reason().code; }
    int pings() const { return pings_; }

private:
    fixture& fixture_;
    websocket::stream<ssl::stream<tcp::socket>> stream_;
    websocket::response_type response_;
    boost::beast::flat_buffer buffer_;
    error_code ended_by_;
    int pings_ = 0;
};

struct socket_case {
    std::string venue;
    std::string target;
    std::string subscribe;  // empty: the target does it
    std::string quote;      // a message with this is one
    std::string price;      // in it
    std::string keys;       // of the quote, as recorded
};

const std::string coinbase_subscribe =
    R"({"type":"subscribe","product_ids":["BTC-USD"],"channels":["ticker"]})";

const std::vector<socket_case> socket_cases{
    {"coinbase", "/", coinbase_subscribe, R"("type":"ticker")", "/price",
     "type sequence product_id price open_24h volume_24h low_24h high_24h volume_30d best_bid "
     "best_bid_size best_ask best_ask_size side time trade_id last_size"},
    {"kraken", "/v2",
     R"({"method":"subscribe","params":{"channel":"ticker","symbol":["BTC/USD"]},"req_id":1})",
     R"("channel":"ticker","type":"update")", "/data/0/last", "channel type data"},
    {"binance", "/stream?streams=btcusdt@ticker", "", R"("24hrTicker")", "/data/c", "stream data"},
    {"binance", "/ws", R"({"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1})",
     R"("e":"trade")", "/p", "e E s t p q T m M"},
    {"bitstamp", "/", R"({"event":"bts:subscribe","data":{"channel":"live_trades_btcusd"}})",
     R"("event":"trade")", "/data/price_str", "data channel event"},
};

std::string keys_of(const json::value& of)
{
    std::string keys;
    for (const auto& [key, value] : of.as_object())
        append(keys, keys.empty() ? "" : " ", std::string_view{key.data(), key.size()});
    return keys;
}

}  // namespace

TEST_CASE("every socket sends the market's prices in the venue's shape", "[fake_venue]")
{
    for (const auto& one : socket_cases) {
        INFO(one.venue << one.target);
        fixture f;
        f.run([&]() -> asio::awaitable<void> {
            socket_client client{f};
            const auto ec = co_await client.open(one.venue, one.target);
            REQUIRE_FALSE(ec);
            if (!one.subscribe.empty())
                co_await client.say(one.subscribe);
            const auto message = co_await client.hear_of(one.quote);
            const auto body = json::parse(message);
            CHECK(keys_of(body) == one.keys);
            const auto& price = body.at_pointer(one.price);
            const double value = price.is_string() ? std::stod(price.as_string().c_str())
                                                   : price.to_number<double>();
            const auto range = f.made.trade().honest(0, wall_now() - 1min, wall_now());
            CHECK(value >= range->low);
            CHECK(value <= range->high);
            CHECK(f.counts(one.venue).at("websockets") == 1);
            CHECK(f.counts(one.venue).at("subscribes") == 1);
        });
    }
}

TEST_CASE(
    "one unknown product fails the whole call at Coinbase, only itself at Kraken", "[fake_venue]")
{
    fixture f;
    f.run([&]() -> asio::awaitable<void> {
        socket_client coinbase{f};
        co_await coinbase.open("coinbase", "/");
        co_await coinbase.say(
            R"({"type":"subscribe","product_ids":["BTC-USD","NO-USD"],"channels":["ticker"]})");
        const auto refusal = co_await coinbase.hear();
        CHECK(
            refusal == R"({"type":"error","message":"Failed to subscribe",)"
                       R"("reason":"NO-USD is not a valid product"})");
        socket_client kraken{f};
        co_await kraken.open("kraken", "/v2");
        co_await kraken.say(
            R"({"method":"subscribe","params":{"channel":"ticker","symbol":["NO/USD","ETH/USD"]}})");
        const auto bad = co_await kraken.hear_of("method");
        CHECK(bad.starts_with(
            R"({"error":"Currency pair not supported NO/USD","method":"subscribe","success":false)"));
        const auto good = co_await kraken.hear_of("snapshot");
        CHECK(good.find(R"("symbol":"ETH/USD")") != good.npos);
    });
}

TEST_CASE("a message in fragments with a ping between is whole to its reader", "[fake_venue]")
{
    fixture f;
    f.misbehave({{"venue", "coinbase"}, {"fault", "ws_fragments"}});
    f.run([&]() -> asio::awaitable<void> {
        socket_client client{f};
        co_await client.open("coinbase", "/");
        co_await client.say(coinbase_subscribe);
        const auto message = co_await client.hear_of(R"("type":"ticker")");
        CHECK(json::parse(message).at("product_id") == "BTC-USD");
        CHECK(client.pings() >= 1);
    });
}

TEST_CASE("a socket ends as the fault says", "[fake_venue]")
{
    const auto ends = [](json::object how, auto check) {
        fixture f;
        f.run([&]() -> asio::awaitable<void> {
            socket_client client{f};
            co_await client.open("coinbase", "/");
            co_await client.say(coinbase_subscribe);
            co_await client.hear_of("ticker");
            how["venue"] = "coinbase";
            f.misbehave(how);
            co_await client.hear_of("never heard");
            // What the client said last needs a moment to be heard.
            asio::steady_timer moment{f.io, 50ms};
            co_await moment.async_wait(no_throw);
            check(client, f.counts("coinbase"));
        });
    };
    const auto is_abrupt = [](const socket_client& c, const json::value& counts) {
        CHECK(c.ended_by() != websocket::error::closed);
        CHECK(counts.at("closes") == 0);
    };
    ends(
        {{"fault", "ws_close"}, {"every_ms", 50}, {"code", 1012}},
        [](const socket_client& c, const json::value& counts) {
            CHECK(c.ended_by() == websocket::error::closed);
            CHECK(c.close_code() == 1012);
            CHECK(counts.at("closes") == 1);
        });
    ends(
        {{"fault", "ws_garbage"}, {"form", "frame"}},
        [](const socket_client&, const json::value& counts) {
            CHECK(counts.at("last_close_code") == 1002);
        });
    ends(
        {{"fault", "ws_garbage"}, {"form", "utf8"}},
        [](const socket_client&, const json::value& counts) {
            CHECK(counts.at("last_close_code") == 1007);
        });
    ends({{"fault", "ws_close_mid_message"}}, is_abrupt);
    ends({{"fault", "cut_all"}}, is_abrupt);
}

TEST_CASE("a muted socket says nothing, and speaks again after it", "[fake_venue]")
{
    fixture f;
    f.run([&]() -> asio::awaitable<void> {
        socket_client client{f};
        co_await client.open("coinbase", "/");
        f.misbehave({{"venue", "coinbase"}, {"fault", "ws_mute"}});
        co_await client.say(coinbase_subscribe);
        asio::steady_timer unmute{f.io, 300ms};
        auto is_muted = true;
        unmute.async_wait([&](error_code) {
            is_muted = false;
            f.misbehave({{"venue", "coinbase"}, {"fault", "none"}});
        });
        const auto message = co_await client.hear();
        CHECK_FALSE(is_muted);
        CHECK(message.starts_with(R"({"type":"ticker")"));
    });
}

TEST_CASE("an upgrade can be refused with a status", "[fake_venue]")
{
    fixture f;
    f.misbehave({{"venue", "binance"}, {"fault", "ws_refuse"}, {"status", 451}});
    f.run([&]() -> asio::awaitable<void> {
        socket_client client{f};
        const auto ec = co_await client.open("binance", "/ws");
        CHECK(ec == websocket::error::upgrade_declined);
        CHECK(client.status() == 451);
    });
}

TEST_CASE("a refused, cut, lying or limited venue is that, and well again after it", "[fake_venue]")
{
    fixture f;
    const auto ask = [&]() { return fetch(f, "coinbase", "/products/BTC-USD/ticker"); };
    const auto set = [&](json::object how) {
        how["venue"] = "coinbase";
        f.misbehave(how);
    };
    f.run([&]() -> asio::awaitable<void> {
        set({{"fault", "refuse"}});
        auto got = co_await ask();
        CHECK(got.ec == asio::error::connection_refused);
        for (const auto* lie : {"wrong_certificate", "wrong_host", "expired_certificate"}) {
            set({{"fault", lie}});
            got = co_await ask();
            CHECK(got.ec.category() == asio::error::get_ssl_category());
        }
        set({{"fault", "status_429"}, {"retry_after", 7}});
        got = co_await ask();
        CHECK(got.text.starts_with("HTTP/1.1 429 "));
        CHECK(got.text.find("\r\nRetry-After: 7\r\n") != got.text.npos);
        CHECK(got.text.ends_with(R"({"message":"Public rate limit exceeded"})"));
        set({{"fault", "huge_body"}});
        got = co_await ask();
        CHECK(got.text.find("\r\nContent-Length: 100000000\r\n") != got.text.npos);
        set({{"fault", "none"}});
        got = co_await ask();
        CHECK(got.text.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(got.text.find(R"("price":")") != got.text.npos);
        CHECK(f.counts("coinbase").at("requests") == 3);
        CHECK(f.counts("coinbase").at("handshakes") == 3);
    });
}

TEST_CASE("a recording is played with names, times and prices of now", "[fake_venue]")
{
    fixture f;
    const auto file = f.made.identities().ca_file() + ".jsonl";
    std::ofstream{file} << R"({"type":"match","product_id":"BAND-GBP","price":"1"})" << '\n'
                        << R"({ "type": "ticker", "product_id": "BAND-GBP", "price": "14.7775", )"
                        << R"("best_bid": "14.7", "time": "2021-04-17T16:43:30.244075Z"})" << '\n';
    f.tell("POST", "/playback", {{"venue", "coinbase"}, {"file", file}, {"messages", 500}});
    std::remove(file.c_str());
    f.run([&]() -> asio::awaitable<void> {
        socket_client client{f};
        co_await client.open("coinbase", "/");
        co_await client.say(
            R"({"type":"subscribe","product_ids":["BTC-USD","ETH-USD"],"channels":["ticker"]})");
        const auto second = co_await client.hear_of(R"("price": "10000.01")");
        const auto body = json::parse(second);
        CHECK(body.at("product_id") == "ETH-USD");
        CHECK(body.at("best_bid") == "10000.00");
        CHECK(std::string{text_at(body, "time")}.substr(0, 10) == iso(wall_now(), 0).substr(0, 10));
        const auto last = co_await client.hear_of(R"("price": "10004.99")");
        CHECK_FALSE(last.empty());
        CHECK(f.counts("coinbase").at("played") == 500);
        const auto sent = f.tell("GET", "/sent?venue=coinbase&seq=499&to=500");
        REQUIRE(sent.as_array().size() == 1);
        const std::chrono::nanoseconds at{sent.at(0).at(1).to_number<std::int64_t>()};
        CHECK(std::chrono::steady_clock::now().time_since_epoch() - at < 10s);
    });
}
