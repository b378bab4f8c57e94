// Bitcoin's network as a client gets it.
#include "market/network_board.hpp"
#include "market/network_figures.hpp"
#include "small_site.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

struct network_site : small_site {
    network_site()
    {
        market::chain chain{.height = 969'992, .difficulty = 132716002350731.5};
        chain.mined_at = now - 100s;
        chain.day = market::block_window{144, 144 * 590s, 144 * 132716002350731.5};
        chain.fortnight = market::block_window{2016, 2016 * 595s, 2016 * 132716002350731.5};
        known.blocks = said(chain);
        known.next = said(market::adjustment{969'992, 971'712, -1.909509687533617});
        known.fees = said(market::fee_rates{6, 5, 4.5, 2, std::nullopt});
        known.waiting = said(market::backlog{90'420, 47'364'518});
        show();
        auto all = site();
        all.network = &board;
        routes = make_router(all);
    }

    template <class T>
    market::said<T> said(T what) const
    {
        return {
            .what = what,
            .source = market::mempool,
            .at = now,
            .received = same_on_boot_clock(now)};
    }
    void show()
    {
        board.post(std::make_shared<market::network_snapshot>(market::network_snapshot{
            .parts = known, .figures = market::figures_of(known), .stale_after = 30min}));
    }
    boost::json::object body() const
    {
        const auto r = get("/api/bitcoin/network");
        CHECK(r.status == 200);
        return boost::json::parse(r.body).as_object();
    }

    market::network_parts known;
    mutable market::network_board board{15min, [] {}};
};

}  // namespace

TEST_CASE("the network's figures are flat numbers, with their sources beside them", "[web]")
{
    const network_site s;
    const auto body = s.body();
    const auto number = [&](const char* name) { return body.at(name).to_number<double>(); };
    CHECK(number("height") == 969'992);
    CHECK(number("block_at") == 1712525380);
    CHECK(number("block_seconds") == 590);
    CHECK(number("seconds_since_block") == 100);
    CHECK(std::abs(number("hash_rate") / (132716002350731.5 * 4294967296 / 590) - 1) < 1e-12);
    CHECK(number("difficulty") == 132716002350731.5);
    CHECK(number("difficulty_change_percent") == -1.909509687533617);
    CHECK(number("retarget_height") == 971'712);
    CHECK(number("mempool_transactions") == 90'420);
    CHECK(number("mempool_vsize") == 47'364'518);
    CHECK(number("halving_height") == 1'050'000);
    CHECK(number("halving_at_by_target") == 1712525380 + 80'008 * 600.0);
    CHECK(number("halving_at_by_average") == 1712525380 + 80'008 * 595.0);
    CHECK(std::abs(number("inflation_percent") - 0.8174) < 0.0001);
    CHECK(body.at("fees").at("fastest").to_number<double>() == 6);
    CHECK(body.at("fees").at("hour").to_number<double>() == 4.5);
    CHECK(body.at("fees").at("minimum").is_null());
    CHECK_FALSE(body.at("stale").as_bool());
    CHECK_FALSE(body.contains("withheld"));
    const auto& sources = body.at("sources").as_object();
    CHECK(sources.at("height").at("source").as_string() == "mempool");
    CHECK(sources.at("height").at("at").to_number<double>() == 1712525480);
    CHECK_FALSE(sources.at("height").at("computed").as_bool());
    CHECK(sources.at("hash_rate").at("computed").as_bool());
    CHECK(sources.at("hash_rate").at("window_blocks").as_int64() == 144);
    CHECK(sources.at("hash_rate").at("window_seconds").as_int64() == 144 * 590);
    CHECK(sources.at("halving_at_by_average").at("window_blocks").as_int64() == 2016);
    CHECK(sources.at("fees").at("source").as_string() == "mempool");
    // Every figure has its source.
    for (const auto& [name, value] : body)
        if (name != "stale" && name != "sources") {
            CAPTURE(std::string{name});
            CHECK(sources.contains(name));
        }
}

TEST_CASE("a figure of the network that is withheld or unknown is null", "[web]")
{
    network_site s;
    s.known.waiting.reset();
    s.known.fees->what.fastest = -1;
    s.show();
    const auto body = s.body();
    CHECK(body.at("mempool_vsize").is_null());
    CHECK_FALSE(body.at("sources").as_object().contains("mempool_vsize"));
    CHECK(body.at("fees").at("fastest").is_null());
    CHECK(body.at("withheld").at("fees.fastest").as_string() == "nobody pays that");
}

TEST_CASE("old figures of the network are stale, each by its own age", "[web]")
{
    network_site s;
    s.known.fees->received -= 20min;
    s.show();
    s.now += 20min;
    const auto body = s.body();
    CHECK_FALSE(body.at("stale").as_bool());
    CHECK(body.at("sources").at("fees").at("stale").as_bool());
    CHECK_FALSE(body.at("sources").at("height").at("stale").as_bool());
    // Of the moment when it came, and not of now.
    CHECK(body.at("seconds_since_block").to_number<double>() == 100);
    s.now += 11min;
    CHECK(s.body().at("stale").as_bool());
}

TEST_CASE("before the first figures of the network the answer says so", "[web]")
{
    network_site s;
    s.board.post(nullptr);
    const auto r = s.get("/api/bitcoin/network");
    CHECK(r.status == 503);
    CHECK(header_of(r, "Retry-After") == "5");
    CHECK(r.body.find("no-network-yet") != std::string::npos);
    CHECK(s.get("/api/bitcoin/network?limit=1").status == 400);
    const small_site off;
    CHECK(off.get("/api/bitcoin/network").status == 404);
}

TEST_CASE("a request for the network is a reader of it", "[web]")
{
    const network_site s;
    CHECK_FALSE(s.board.is_watched(same_on_boot_clock(s.now)));
    s.body();
    CHECK(s.board.is_watched(same_on_boot_clock(s.now)));
}

TEST_CASE("the page has a tab for Bitcoin where its network is asked for", "[web]")
{
    const network_site s;
    for (const auto* target : {"/", "/bitcoin"}) {
        CAPTURE(target);
        CHECK(s.get(target).status == 200);
        CHECK(s.get(target).content().find("data-tabs=\"bitcoin\"") != std::string_view::npos);
    }
}
