// What is read of a coin in depth, and what is left out.
#include "market/coin_detail.hpp"

#include "bodies.hpp"
#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;

namespace {

fetched<coin_detail> read(const std::string& body, int status = 200)
{
    return read_coin_detail(answer_of(body, status), "bitcoin");
}

// An answer on bitcoin with these members.
coin_detail with(const std::string& members)
{
    const auto said = read("{\"id\":\"bitcoin\"," + members + "}");
    REQUIRE(said.has_value());
    return *said;
}

}  // namespace

TEST_CASE("the documented answer on a coin is read whole", "[market]")
{
    const auto said = read(recorded("coingecko.coins_id.docs.json"));
    REQUIRE(said.has_value());
    CHECK(said->description.starts_with("Bitcoin is the first successful internet money"));
    CHECK(said->homepages == std::vector<std::string>{"http://www.bitcoin.org"});
    CHECK(said->explorers.size() == 2);
    CHECK(said->whitepaper == "https://bitcoin.org/bitcoin.pdf");
    CHECK(said->categories == std::vector<std::string>{"Cryptocurrency", "Layer 1 (L1)"});
    CHECK(said->hashing_algorithm == "SHA-256");
    CHECK(said->genesis_date == "2009-01-03");
    CHECK(said->ath == 73738);
    CHECK(said->ath_at == at("2024-03-14T07:10:36.635Z"));
    CHECK(said->atl == 67.81);
    CHECK(said->atl_at == at("2013-07-06T00:00:00Z"));
    CHECK(said->circulating_supply == 19675377);
    CHECK(said->total_supply == 21000000);
    CHECK(said->updated_at == at("2024-04-07T15:24:51.021Z"));
}

TEST_CASE("a recorded answer without figures has what it has", "[market]")
{
    const auto said = read(recorded("coingecko.coins_id.bitcoin.no_market_data.2026-03-27.json"));
    REQUIRE(said.has_value());
    CHECK(said->description.empty());
    CHECK(said->explorers.size() == coin_links_max);
    CHECK(said->categories.size() == 8);
    CHECK_FALSE(said->ath);
    CHECK_FALSE(said->atl_at);
    CHECK_FALSE(said->max_supply);
}

TEST_CASE("links that could do more than lead somewhere are left out", "[market]")
{
    const auto link = GENERATE(
        as<std::string>{}, "javascript:alert(1)", "data:text/html,x", "ftp://a.example",
        "//a.example", "https://user:word@a.example", "https://a.example/ b",
        "https://a.example/\\u0022x", "https://a.example/<x>", "HTTPS://a.example", "");
    CAPTURE(link);
    const auto said = with(
        R"("links":{"homepage":[")" + link + R"(",7,null,"https://b.example"],"whitepaper":")" +
        link + R"(","blockchain_site":"no list"})");
    CHECK(said.homepages == std::vector<std::string>{"https://b.example"});
    CHECK(said.whitepaper.empty());
    CHECK(said.explorers.empty());
    const std::string longest(coin_link_bytes_max, 'x');
    CHECK(with(R"("links":{"whitepaper":"https://)" + longest + "\"}").whitepaper.empty());
}

TEST_CASE("members of another type or without a value are unknown", "[market]")
{
    const auto said = with(
        R"("description":"text","categories":[null,1,""],"genesis_date":"soon","hashing_algorithm":7,)"
        R"("market_data":{"ath":{"usd":null},"atl":{"usd":"x"},"ath_date":{"usd":"never"},)"
        R"("max_supply":0,"total_supply":-1,"circulating_supply":"19.5"})");
    CHECK(said.description.empty());
    CHECK(said.categories.empty());
    CHECK(said.genesis_date.empty());
    CHECK(said.hashing_algorithm.empty());
    CHECK_FALSE(said.ath);
    CHECK_FALSE(said.ath_at);
    CHECK_FALSE(said.atl);
    CHECK_FALSE(said.max_supply);
    CHECK_FALSE(said.total_supply);
    CHECK(said.circulating_supply == 19.5);
}

TEST_CASE("figures of a coin that contradict each other are withheld", "[market]")
{
    const auto said = with(
        R"("market_data":{"ath":{"usd":1},"atl":{"usd":2},"circulating_supply":30,"max_supply":21})");
    CHECK_FALSE(said.ath);
    CHECK_FALSE(said.atl);
    CHECK_FALSE(said.circulating_supply);
    CHECK(said.max_supply == 21);
}

TEST_CASE("what is no answer on that coin is an error", "[market]")
{
    CHECK(read("{\"id\":\"ethereum\"}").error().code == json::json_errc::missing_field);
    CHECK(read("[]").error().code == json::json_errc::missing_field);
    CHECK(read("<html>").error().code == provider::provider_errc::html_instead_of_json);
    CHECK(read("{", 200).error().code == json::json_errc::not_json);
    CHECK(
        read(R"({"status":{"error_code":429,"error_message":"slow"}})").error().code ==
        provider::provider_errc::rate_limited);
    CHECK(read("{\"id\":\"bitcoin\"}", 500).error().http_status == 500);
}

TEST_CASE("only ids that are one segment of an address are asked for", "[market]")
{
    CHECK(is_coin_id("bitcoin"));
    CHECK(is_coin_id("figr_heloc"));
    CHECK(is_coin_id("usd1-wlfi.2"));
    for (const auto* id : {"", ".", "..", "a/b", "a?b", "a b", "a%2fb", "a#b", "ä"}) {
        CAPTURE(id);
        CHECK_FALSE(is_coin_id(id));
    }
    CHECK_FALSE(is_coin_id(std::string(101, 'a')));
    CHECK(coin_detail_request("bitcoin").target.starts_with("/coins/bitcoin?localization=false&"));
}
