// When the sources of Bitcoin's network are asked, and whose answer is shown.
#include "feed/network_feed.hpp"

#include "feed/sources_asked.hpp"
#include "market/errors.hpp"
#include "market/kept_network.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

std::int64_t now_seconds()
{
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// A height that can be true today.
std::int64_t tip_today()
{
    return static_cast<std::int64_t>(
        static_cast<double>(now_seconds() - 1'231'006'505) / 600 * 1.03);
}

const std::int64_t tip = tip_today();

std::string block_text(std::int64_t height)
{
    return R"({"height":)" + std::to_string(height) + R"(,"timestamp":)" +
           std::to_string(now_seconds() - 60 - (tip - height) * 590) +
           R"(,"difficulty":132716002350731.5})";
}

// The number at the end of "GET /v1/blocks/969848 HTTP/1.1".
std::int64_t height_in(const std::string& request)
{
    const auto at = request.find("/v1/blocks/");
    return at == std::string::npos ? tip : std::stoll(request.substr(at + 11));
}

reply good_mempool(const std::string& request)
{
    if (request.find("/v1/blocks") != std::string::npos) {
        const auto from = height_in(request);
        return json_reply("[" + block_text(from) + "," + block_text(from - 1) + "]");
    }
    if (request.find("/v1/difficulty-adjustment") != std::string::npos) {
        const auto next = (tip / 2016 + 1) * 2016;
        return json_reply(
            R"({"difficultyChange":-1.9,"nextRetargetHeight":)" + std::to_string(next) +
            R"(,"remainingBlocks":)" + std::to_string(next - tip) + "}");
    }
    if (request.find("/v1/fees") != std::string::npos)
        return json_reply(R"({"fastestFee":6.5})");
    if (request.find("/mempool") != std::string::npos)
        return json_reply(R"({"count":90420,"vsize":47364518})");
    return json_reply("{}", 404);
}

reply good_blockchain(const std::string&)
{
    return json_reply(
        R"({"timestamp":)" + std::to_string(now_seconds()) + R"(000.0,"n_blocks_total":)" +
        std::to_string(tip) + R"(,"n_blocks_mined":166,"difficulty":132716002350731})");
}

reply good_blockchair(const std::string&)
{
    return json_reply(
        R"({"data":{"blocks":)" + std::to_string(tip) +
        R"(,"blocks_24h":148,"difficulty":132716002350731}})");
}

reply dead_source(const std::string&)
{
    return json_reply("{}", 503);
}

struct network_asked : sources_asked<network_feed> {
    network_asked(
        fake_http_server::answer_function first, fake_http_server::answer_function second,
        market::cadence rhythm = {.watched = 50ms, .unwatched = 1h, .after_failure = 20ms},
        fake_http_server::answer_function third = dead_source)
        : sources_asked{{std::move(first), std::move(second), std::move(third)}}
    {
        network_feed::sources sources{
            .mempool = client(0, "mempool"),
            .blockchain = client(1, "blockchain"),
            .blockchair = client(2, "blockchair")};
        asked.emplace(
            network_feed::parts{strand, h.time, h.log, h.counters}, rhythm, std::move(sources));
    }

    std::string source() { return shown() ? std::string{shown()->parts.blocks->source} : "none"; }
    market::network_figure figure(std::string_view name)
    {
        return *std::ranges::find(shown()->figures, name, &market::network_figure::name);
    }
};

}  // namespace

TEST_CASE("mempool.space is asked for the chain, two windows, and what waits", "[feed]")
{
    network_asked n{good_mempool, good_blockchain};
    n.run_until([&] { return n.shown() != nullptr; });
    CHECK(n.source() == "mempool");
    CHECK(n.servers[0]->requests().size() == 6);
    CHECK(n.servers[1]->requests().empty());
    CHECK(n.figure("height").value == static_cast<double>(tip));
    CHECK(n.figure("block_seconds").value == 590.0);
    CHECK(n.figure("block_seconds").window->blocks == 144);
    CHECK(n.figure("halving_at_by_average").window->blocks == 2016);
    CHECK(n.figure("difficulty_change_percent").value == -1.9);
    CHECK(n.figure("fastest").value == 6.5);
    CHECK_FALSE(n.figure("hour").value);
    CHECK(n.figure("mempool_vsize").value == 47'364'518.0);
    CHECK(n.h.counted("tickertape_network_requests_total{source=\"mempool\"}") == 6);
    CHECK(n.h.counted("tickertape_network_failures_total") == 0);
}

TEST_CASE(
    "blockchain.info has the chain while mempool.space fails, and the rest grows old", "[feed]")
{
    bool is_dead = false;
    network_asked n{
        [&](const std::string& request) {
            return is_dead ? json_reply("{}", 503) : good_mempool(request);
        },
        good_blockchain};
    n.read();
    boot_time of_fees;
    bool fell_back = false;
    n.run_until([&] {
        if (n.source() == "mempool" && !is_dead && !fell_back) {
            is_dead = true;
            of_fees = n.figure("fastest").received;
        }
        if (n.source() == "blockchain" && is_dead) {
            fell_back = true;
            is_dead = false;
            CHECK(n.figure("height").value == static_cast<double>(tip - 1));
            CHECK(n.figure("hash_rate").window->blocks == 166);
            CHECK(n.figure("fastest").source == "mempool");
            CHECK(n.figure("fastest").received == of_fees);
        }
        return fell_back && n.source() == "mempool";
    });
}

TEST_CASE("one answer that fails costs its own figures alone", "[feed]")
{
    network_asked n{
        [&](const std::string& request) {
            if (request.find("/v1/fees") != std::string::npos)
                return json_reply("<html>");
            if (request.find("/v1/blocks/" + std::to_string(tip - 144)) != std::string::npos)
                return json_reply("[]");
            return good_mempool(request);
        },
        good_blockchain};
    n.run_until([&] { return n.shown() != nullptr; });
    CHECK(n.source() == "mempool");
    CHECK_FALSE(n.figure("fastest").value);
    CHECK_FALSE(n.figure("hash_rate").value);
    CHECK(n.figure("halving_at_by_average").value);
    CHECK(n.figure("mempool_transactions").value == 90'420.0);
    CHECK(n.h.counted("tickertape_network_failures_total") == 2);
}

TEST_CASE("a source that is behind is passed over", "[feed]")
{
    int asked = 0;
    network_asked n{
        [&](const std::string& request) {
            if (request.starts_with("GET /v1/blocks ") && ++asked > 1)
                return json_reply("[" + block_text(tip - 20) + "]");
            return good_mempool(request);
        },
        good_blockchain};
    n.read();
    n.run_until([&] { return n.source() == "blockchain"; });
    CHECK(n.figure("height").value == static_cast<double>(tip - 1));
}

TEST_CASE("blockchair has the chain while both others fail", "[feed]")
{
    network_asked n{
        dead_source,
        dead_source,
        {.watched = 50ms, .unwatched = 1h, .after_failure = 20ms},
        good_blockchair};
    n.read();
    n.run_until([&] { return n.source() == "blockchair"; });
    CHECK(n.figure("height").value == static_cast<double>(tip - 1));
    CHECK(n.figure("hash_rate").window->blocks == 148);
    CHECK(n.servers[2]->requests().front().starts_with("GET /bitcoin/stats "));
    CHECK(n.h.counted(R"(tickertape_network_requests_total{source="blockchair"})") >= 1);
}

TEST_CASE("one block that does not fit the others changes no figure", "[feed]")
{
    const auto bad = GENERATE(
        block_text(tip + 20'000), block_text(tip + 1), std::string{R"({"height":"many"})"});
    network_asked n{
        [&](const std::string& request) {
            if (!request.starts_with("GET /v1/blocks "))
                return good_mempool(request);
            return json_reply(
                "[" + block_text(tip) + "," + block_text(tip - 1) + "," + bad + "," +
                block_text(tip - 3) + "]");
        },
        dead_source};
    n.run_until([&] { return n.shown() != nullptr; });
    CHECK(n.figure("height").value == static_cast<double>(tip));
    CHECK(n.figure("block_seconds").value == 590.0);
    CHECK(n.h.counted("tickertape_network_rows_left_out_total") == 1);
    CHECK(n.h.counted("tickertape_network_failures_total") == 0);
}

TEST_CASE("a chain that jumps ahead is passed over", "[feed]")
{
    bool jumps = false;
    network_asked n{
        [&](const std::string& request) {
            if (jumps && request.starts_with("GET /v1/blocks "))
                return json_reply("[" + block_text(tip + 5'000) + "]");
            return good_mempool(request);
        },
        good_blockchain};
    n.read();
    n.run_until([&] {
        jumps = jumps || n.shown();
        return n.source() == "blockchain";
    });
    CHECK(n.figure("height").value == static_cast<double>(tip - 1));
}

namespace {

// What a process before has kept: of one source, and 5,000 blocks ahead.
std::string kept_wrong_chain()
{
    const wall_time now{std::chrono::seconds{now_seconds()}};
    market::network_parts parts;
    parts.blocks = market::said<market::chain>{
        .what = {.height = tip + 5'000, .difficulty = 132716002350731.5, .mined_at = now - 60s},
        .source = market::mempool,
        .at = now,
        .received = {}};
    return market::write_kept(parts);
}

}  // namespace

TEST_CASE("a kept chain that two sources contradict gives way at once", "[feed]")
{
    network_asked n{good_mempool, good_blockchain};
    REQUIRE_FALSE(n.asked->take(kept_wrong_chain()));
    CHECK(n.figure("height").value == static_cast<double>(tip + 5'000));
    n.read();
    bool had_other = false;
    n.run_until([&] {
        had_other = had_other || n.source() == "blockchain";
        return had_other && n.source() == "mempool";
    });
    CHECK(n.figure("height").value == static_cast<double>(tip));
    CHECK(n.h.counted("tickertape_network_failures_total") == 1);
}

TEST_CASE(
    "a kept chain gives way to the only source there is, once it has repeated itself", "[feed]")
{
    const bool is_first = GENERATE(true, false);
    network_asked n{
        is_first ? good_mempool : dead_source, is_first ? dead_source : good_blockchain};
    REQUIRE_FALSE(n.asked->take(kept_wrong_chain()));
    n.read();
    const auto height = static_cast<double>(is_first ? tip : tip - 1);
    n.run_until([&] { return n.figure("height").value == height; });
    CHECK(n.source() == (is_first ? "mempool" : "blockchain"));
}

TEST_CASE("a chain that is not believed is no failure of the provider", "[feed]")
{
    CHECK_FALSE(is_about_the_provider(fetch_error{market::market_errc::not_the_chain}));
}

TEST_CASE("garbage takes no figure's place", "[feed]")
{
    const auto garbage = GENERATE(
        as<std::string>{}, "[]", "{}", "<html></html>", R"([{"height":1}])", "[[[[", "null",
        R"([{"height":9007199254740993,"timestamp":1791193301,"difficulty":1}])",
        R"({"timestamp":1791193160000.0,"n_blocks_total":5,"difficulty":1})");
    CAPTURE(garbage);
    bool is_garbage = false;
    network_asked n{
        [&](const std::string& request) {
            return is_garbage ? json_reply(garbage) : good_mempool(request);
        },
        [&](const std::string&) { return json_reply(garbage); }};
    n.read();
    n.run_until([&] {
        is_garbage = is_garbage || n.shown();
        return n.servers[1]->requests().size() >= 2;
    });
    CHECK(n.source() == "mempool");
    CHECK(n.figure("height").value == static_cast<double>(tip));
}

TEST_CASE("a source that asks for a pause is not asked for the network before it is over", "[feed]")
{
    network_asked n{
        [](const std::string&) {
            return reply{"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\nContent-Length: "
                         "2\r\n\r\n{}"};
        },
        good_blockchain};
    n.read();
    n.run_until([&] { return n.servers[1]->requests().size() >= 3; });
    CHECK(n.servers[0]->requests().size() == 1);
    CHECK(n.source() == "blockchain");
}

TEST_CASE("while nobody reads the network it is asked for once, and a reader wakes it", "[feed]")
{
    network_asked n{good_mempool, good_blockchain};
    std::size_t before = 0;
    bool has_read = false;
    n.run_until([&] {
        if (!has_read && n.shown()) {
            n.h.io.run_for(200ms);  // four times the interval
            before = n.servers[0]->requests().size();
            n.read();
            has_read = true;
        }
        return n.servers[0]->requests().size() >= 12;
    });
    CHECK(before == 6);
}

TEST_CASE("a network that is stopped while a source is silent ends", "[feed]")
{
    network_asked n{
        [](const std::string&) {
            return reply{"", afterwards::hang};
        },
        good_blockchain};
    n.run_until([&] { return !n.servers[0]->requests().empty(); });
    CHECK(n.source() == "none");
}
