// What recorded answers on Bitcoin's network mean, and what bodies that are none do.
#include "bodies.hpp"
#include "market/network_api.hpp"
#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;
using json::json_errc;
using provider::provider_errc;
using namespace std::chrono_literals;

namespace {

const wall_time of_stats = at("2026-10-05T09:41:44Z");

std::string block_row(const std::string& height, const std::string& time, const std::string& rest)
{
    return R"({"height":)" + height + R"(,"timestamp":)" + time + R"(,"difficulty":)" + rest + "}";
}

fetched<chain> stats(const std::string& body, wall_time now = of_stats)
{
    return read_blockchain_stats(answer_of(body), now);
}

// The recorded statistics with one member of another value.
std::string changed(const std::string& from, const std::string& to)
{
    auto body = recorded("blockchain_info.stats.2026-10-05.json");
    const auto found = body.find(from);
    REQUIRE(found != std::string::npos);
    return body.replace(found, from.size(), to);
}

}  // namespace

TEST_CASE("a block of mempool.space has a height, a time in seconds and a difficulty", "[market]")
{
    const auto said = read_mempool_blocks(answer_of(recorded("mempool.block.2023-10-04.json")));
    REQUIRE(said);
    REQUIRE(said->blocks.size() == 1);
    CHECK(said->rows_left_out == 0);
    CHECK(said->blocks.front().height == 810'613);
    CHECK(said->blocks.front().mined_at == at("2023-10-04T13:09:42Z"));
    CHECK(said->blocks.front().difficulty == 57321508229258.04);
}

TEST_CASE("a block that cannot be read costs itself alone", "[market]")
{
    const auto body = "[" + block_row("5", "1791193301000", "1") + "," +  // milliseconds
                      block_row("7", "1791193301", "0") + "," + block_row("-1", "1791193301", "1") +
                      "," + block_row("1.5", "1791193301", "1") + "," +
                      block_row("{}", "1791193301", "1") + "," +
                      block_row("8", "1791193301", "null") + R"(,null,7,"x",[],{"height":1},)" +
                      block_row("\"969992\"", "\"1791193301\"", "\"132716002350731\"") + "]";
    const auto said = read_mempool_blocks(answer_of(body));
    REQUIRE(said);
    REQUIRE(said->blocks.size() == 1);
    CHECK(said->rows_left_out == 11);
    CHECK(said->blocks.front().height == 969'992);
    CHECK(said->blocks.front().difficulty == 132716002350731.0);
}

TEST_CASE("a block that does not fit the others costs itself alone", "[market]")
{
    const auto row = [](const char* height) {
        return block_row(height, "1791193301", "132716002350731");
    };
    const auto said = read_mempool_blocks(answer_of(
        "[" + row("969992") + "," + row("1029991") + ",{}," + row("969989") + "," +
        row("9007199254740993") + "," + row("969987") + "," + row("969986") + "]"));
    REQUIRE(said);
    CHECK(said->blocks.size() == 4);
    CHECK(said->rows_left_out == 3);
    CHECK(said->blocks.front().height == 969'992);
    const auto apart =
        read_mempool_blocks(answer_of("[" + row("969992") + "," + row("969990") + "]"));
    REQUIRE_FALSE(apart);
    CHECK(
        words_of(apart.error()) ==
        "not Bitcoin's chain: of 2 blocks no more than half fit each other");
}

TEST_CASE("an answer without a block is none", "[market]")
{
    const auto code = [](const std::string& body) {
        return read_mempool_blocks(answer_of(body)).error().code;
    };
    CHECK(code("[]") == json_errc::missing_field);
    CHECK(code("[{}]") == json_errc::missing_field);
    CHECK(code("{}") == json_errc::wrong_type);
    CHECK(code("969992") == json_errc::wrong_type);
    CHECK(code("null") == json_errc::wrong_type);
}

TEST_CASE("the difficulty's change is in percent, whatever else is in milliseconds", "[market]")
{
    const auto said = read_mempool_adjustment(
        answer_of(recorded("mempool.difficulty_adjustment.2026-10-05.json")));
    REQUIRE(said);
    CHECK(said->change_percent == -1.909509687533617);
    CHECK(said->retarget_height == 971'712);
    CHECK(said->height == 969'992);
}

TEST_CASE("another answer of mempool.space is no adjustment", "[market]")
{
    const auto code = [](const std::string& body) {
        return read_mempool_adjustment(answer_of(body)).error().code;
    };
    // Where `adjustment` is a ratio.
    CHECK(code(recorded("mempool.mining_hashrate_6m.2026-07-04.json")) == json_errc::missing_field);
    CHECK(code(R"({"difficultyChange":1})") == json_errc::missing_field);
    CHECK(
        code(R"({"difficultyChange":{},"nextRetargetHeight":2016,"remainingBlocks":1})") ==
        json_errc::wrong_type);
    CHECK(
        code(R"({"difficultyChange":1,"nextRetargetHeight":2016,"remainingBlocks":2017})") ==
        json_errc::missing_field);
    CHECK(
        code(R"({"difficultyChange":1,"nextRetargetHeight":2016.5,"remainingBlocks":7})") ==
        json_errc::missing_field);
}

TEST_CASE("fees are as they come, with fractions, as text, or missing", "[market]")
{
    const auto whole =
        read_mempool_fees(answer_of(recorded("mempool.fees_recommended.2026-10-01.json")));
    REQUIRE(whole);
    CHECK(whole->fastest == 6.0);
    CHECK(whole->half_hour == 5.0);
    CHECK(whole->hour == 4.0);
    CHECK(whole->economy == 2.0);
    CHECK(whole->minimum == 1.0);
    const auto odd =
        read_mempool_fees(answer_of(R"({"fastestFee":1.505,"halfHourFee":"0.3","hourFee":null})"));
    REQUIRE(odd);
    CHECK(odd->fastest == 1.505);
    CHECK(odd->half_hour == 0.3);
    CHECK_FALSE(odd->hour);
    CHECK(read_mempool_fees(answer_of("{}")).error().code == json_errc::missing_field);
    CHECK(
        read_mempool_fees(answer_of(R"({"fastestFee":"fast"})")).error().code ==
        json_errc::wrong_type);
}

TEST_CASE("what waits is counted and has a size", "[market]")
{
    const auto said =
        read_mempool_backlog(answer_of(recorded("mempool.mempool.2026-10-01.cut.json")));
    REQUIRE(said);
    CHECK(said->transactions == 90'420.0);
    CHECK(said->vsize == 47'364'518.0);
    CHECK(read_mempool_backlog(answer_of("[]")).error().code == json_errc::missing_field);
    CHECK(read_mempool_backlog(answer_of(R"({"count":[]})")).error().code == json_errc::wrong_type);
}

TEST_CASE("blockchain.info counts blocks from one, and its window is a day", "[market]")
{
    const auto said = stats(recorded("blockchain_info.stats.2026-10-05.json"));
    REQUIRE(said);
    CHECK(said->height == 969'989);
    CHECK(said->difficulty == 132716002350731.0);
    CHECK_FALSE(said->mined_at);
    CHECK_FALSE(said->fortnight);
    REQUIRE(said->day);
    CHECK(said->day->blocks == 166);
    CHECK(said->day->span == 24h);
}

TEST_CASE("blockchair counts blocks from one, and its times are UTC", "[market]")
{
    CHECK(blockchair_stats_request().target == "/bitcoin/stats");
    const auto body = recorded("blockchair.bitcoin.stats.2023-04-03.json");
    const auto said = read_blockchair_stats(answer_of(body));
    REQUIRE(said);
    CHECK(said->height == 783'770);
    CHECK(said->difficulty == 46843400286277.0);
    CHECK(said->mined_at == at("2023-04-03T14:04:50Z"));
    CHECK_FALSE(said->fortnight);
    REQUIRE(said->day);
    CHECK(said->day->blocks == 148);
    CHECK(said->day->span == 24h);
    // Theirs is text, of the same blocks and difficulty but for a per mille.
    CHECK(std::abs(said->day->hash_rate() / 345095835785586196564.0 - 1) < 0.01);
}

TEST_CASE("what blockchair says that cannot be read is unknown, or no chain", "[market]")
{
    const auto with = [](const std::string& data) {
        return read_blockchair_stats(answer_of(R"({"data":{)" + data + "}}"));
    };
    const std::string good = R"("blocks":783771,"difficulty":46843400286277)";
    for (const auto* time :
         {"\"2023-04-03\"", "\"2023-04-03T14:04:50\"", "\"2023-04-03 14:04:50Z\"",
          "\"2023-13-03 14:04:50\"", "1680530690", "null"}) {
        CAPTURE(time);
        const auto said = with(good + R"(,"best_block_time":)" + time);
        REQUIRE(said);
        CHECK_FALSE(said->mined_at);
        CHECK_FALSE(said->day);
    }
    for (const auto* bad :
         {"", R"("blocks":783771)", R"("difficulty":1)", R"("blocks":0,"difficulty":1)",
          R"("blocks":1.5,"difficulty":1)", R"("blocks":{},"difficulty":1)",
          R"("blocks":2e9,"difficulty":1)"}) {
        CAPTURE(bad);
        CHECK_FALSE(with(bad));
    }
    // An answer that is a warning has no statistics.
    CHECK_FALSE(read_blockchair_stats(answer_of(R"({"data":null,"context":{"code":402}})")));
    CHECK_FALSE(read_blockchair_stats(answer_of("<html>")));
}

TEST_CASE("the hash rate is blockchain.info's in all its digits", "[market]")
{
    const auto now = stats(recorded("blockchain_info.stats.2026-10-05.json"));
    REQUIRE(now);
    // Theirs is in GH/s.
    CHECK(digits_of(now->day->hash_rate()) == digits_of(1095159811329.552e9));
    const auto then =
        stats(recorded("blockchain_info.stats.2019-05-12.json"), wall_time{1'557'646'525'000ms});
    REQUIRE(then);
    CHECK(digits_of(then->day->hash_rate()) == digits_of(44977500727.36728e9));
}

TEST_CASE("statistics that lack what counts, or are old, are none", "[market]")
{
    const auto code = [](const std::string& body, wall_time now = of_stats) {
        return stats(body, now).error().code;
    };
    CHECK(code("{}") == json_errc::missing_field);
    CHECK(code("[]") == json_errc::missing_field);
    CHECK(code(changed("969990", "0")) == json_errc::missing_field);
    CHECK(code(changed("969990", "1.04e+21")) == json_errc::missing_field);
    CHECK(code(changed("132716002350731", "0")) == json_errc::missing_field);
    CHECK(code(changed("132716002350731", "[]")) == json_errc::wrong_type);
    CHECK(code(changed("1791193160000.0", "0")) == json_errc::missing_field);
    CHECK(
        code(recorded("blockchain_info.stats.2026-10-05.json"), of_stats + 4h) ==
        json_errc::missing_field);
    // A day without a count has no window, and is a height all the same.
    const auto few = stats(changed("\"n_blocks_mined\": 166", "\"n_blocks_mined\": 0"));
    REQUIRE(few);
    CHECK_FALSE(few->day);
}

TEST_CASE("a page for people is no answer on the network, whatever its status", "[market]")
{
    const auto page = recorded("mempool.429.html");
    const auto code = [&](int status, auto read) {
        return read(answer_of(page, status, "text/html")).error().code;
    };
    const auto all = [&](int status, provider_errc wanted) {
        CHECK(code(status, read_mempool_blocks) == wanted);
        CHECK(code(status, read_mempool_adjustment) == wanted);
        CHECK(code(status, read_mempool_fees) == wanted);
        CHECK(code(status, read_mempool_backlog) == wanted);
        CHECK(
            read_blockchain_stats(answer_of(page, status, "text/html"), of_stats).error().code ==
            wanted);
    };
    all(429, provider_errc::rate_limited);
    all(200, provider_errc::html_instead_of_json);
}
