// What the recorded answers on currencies mean, what bodies that are none do, and which rates are
// withheld.
#include "bodies.hpp"
#include "market/currency_rates.hpp"
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

const wall_time monday = at("2026-10-05T08:10:51Z");

fetched<currency_rates> read(const std::string& body, int status = 200)
{
    return read_currency_rates(answer_of(body, status), monday);
}

std::string answer_with(const std::string& rates, const std::string& date = "2026-10-02")
{
    return R"({"amount":1.0,"base":"USD","date":")" + date + R"(","rates":{)" + rates + "}}";
}

currency_rates rates_of(const std::string& rates, const std::string& date = "2026-10-02")
{
    auto said = read(answer_with(rates, date));
    REQUIRE(said);
    return *std::move(said);
}

}  // namespace

TEST_CASE("the recorded rates are of a dollar and of the last working day", "[market]")
{
    CHECK(currency_rates_request().target == "/latest?base=USD");
    const auto euro = read(recorded("frankfurter.v1.latest.USD_EUR.2026-10-02.json"));
    REQUIRE(euro);
    CHECK(euro->date() == "2026-10-02");  // a Friday
    REQUIRE(euro->find("EUR") != nullptr);
    CHECK(euro->find("EUR")->value == 0.89087);
    CHECK(euro->find("USD") == nullptr);
    CHECK(euro->find("eur") == nullptr);
    const auto yen = read(recorded("frankfurter.v1.latest.USD_JPY.2026-07.json"));
    REQUIRE(yen);
    CHECK(yen->find("JPY")->value == 161.15);
}

TEST_CASE("rates of euros are not taken for those of dollars", "[market]")
{
    const auto said = read(recorded("frankfurter.v1.latest.EUR_USD.2026-08-17.json"));
    REQUIRE_FALSE(said);
    CHECK(said.error().code == json_errc::wrong_type);
    CHECK(said.error().detail == "the rates are not those of one dollar");
    CHECK_FALSE(read(R"({"amount":100.0,"base":"USD","date":"2026-10-02","rates":{"EUR":89.1}})"));
    CHECK_FALSE(read(R"({"base":"USD","date":"2026-10-02","rates":{"EUR":0.891}})"));
}

TEST_CASE("a member that is no rate costs itself alone", "[market]")
{
    const auto bad = GENERATE(
        as<std::string>{}, R"("INR":0)", R"("INR":-92.9)", R"("INR":"92.9")", R"("INR":null)",
        R"("INR":1e10)", R"("INR":1e-7)", R"("INR":{})", R"("inr":92.9)", R"("RUPEE":92.9)",
        R"("":1)", R"("I\u0000R":1)");
    CAPTURE(bad);
    const auto rates = rates_of(bad + R"(,"EUR":0.89087,"USD":1)");
    CHECK(rates.all.size() == 1);
    CHECK(rates.dropped == 1);
    CHECK(rates.find("EUR") != nullptr);
    const auto none = read(answer_with(bad));
    REQUIRE_FALSE(none);
    CHECK(none.error().code == json_errc::missing_field);
}

TEST_CASE("an answer without rates is an error", "[market]")
{
    const auto code = [](const std::string& body, int status = 200) {
        const auto said = read(body, status);
        return said ? boost::system::error_code{} : said.error().code;
    };
    CHECK(code("<html></html>").failed());
    CHECK(code("").failed());
    CHECK(code("[]") == json_errc::wrong_type);
    CHECK(code("{}") == json_errc::wrong_type);
    CHECK(code(answer_with("")) == json_errc::missing_field);
    CHECK(
        code(R"({"amount":1.0,"base":"USD","date":"2026-10-02","rates":[1]})") ==
        json_errc::wrong_type);
    const std::string euro = R"("EUR":0.89)";
    for (const auto* date :
         {"", "2026-10", "2026-10-32", "today", "2026-10-02T00:00:00Z", "1712525476"}) {
        CAPTURE(date);
        CHECK(code(answer_with(euro, date)) == json_errc::wrong_type);
    }
    // One day ahead is that of somebody further east.
    CHECK_FALSE(code(answer_with(euro, "2026-10-06")).failed());
    CHECK(code(answer_with(euro, "2026-10-07")) == json_errc::wrong_type);
    CHECK(code(answer_with(euro), 429) == provider_errc::rate_limited);
    CHECK(code(answer_with(euro), 500).failed());
    std::string many = euro;
    for (char a = 'A'; a <= 'H'; ++a)
        for (char b = 'A'; b <= 'Z'; ++b)
            many += std::string{",\"X"} + a + b + "\":1";
    CHECK(code(answer_with(many)) == json_errc::wrong_type);
}

TEST_CASE("rates of Friday are fresh until Wednesday, and those before Easter after it", "[market]")
{
    const auto friday = rates_of(R"("EUR":0.89)");
    CHECK_FALSE(friday.is_stale(at("2026-10-05T15:59:59Z")));
    CHECK_FALSE(friday.is_stale(at("2026-10-07T23:59:59Z")));
    CHECK(friday.is_stale(at("2026-10-08T00:00:00Z")));
    // Thursday, 2 April, to Tuesday, 7 April.
    const auto before_easter = rates_of(R"("EUR":0.89)", "2026-04-02");
    CHECK_FALSE(before_easter.is_stale(at("2026-04-07T15:00:00Z")));
}

TEST_CASE("a rate that jumps is withheld until another day confirms it", "[market]")
{
    const auto first = rates_of(R"("EUR":0.89,"TRY":41.0,"JPY":150)", "2026-09-30");
    auto second = rates_of(R"("EUR":0.90,"TRY":410.0,"JPY":164.9,"INR":92)", "2026-10-01");
    withhold_jumps(second, first);
    CHECK(second.find("TRY")->is_withheld);
    CHECK_FALSE(second.find("EUR")->is_withheld);
    CHECK_FALSE(second.find("JPY")->is_withheld);  // by 9.9 %
    CHECK_FALSE(second.find("INR")->is_withheld);  // new on the list

    // The same day again confirms nothing.
    auto again = rates_of(R"("TRY":410.0)", "2026-10-01");
    withhold_jumps(again, second);
    CHECK(again.find("TRY")->is_withheld);

    auto back = rates_of(R"("TRY":41.2)", "2026-10-02");
    withhold_jumps(back, again);
    CHECK(back.find("TRY")->is_withheld);  // who knows which of the two was right
    auto confirmed = rates_of(R"("TRY":412.0)", "2026-10-02");
    withhold_jumps(confirmed, again);
    CHECK_FALSE(confirmed.find("TRY")->is_withheld);
}

TEST_CASE("a currency's code is three letters in any case", "[market]")
{
    CHECK(currency_code("eur") == "EUR");
    CHECK(currency_code("INR") == "INR");
    for (const auto* text : {"", "EU", "EURO", "E1R", "\xc3\xa9u", "E R"})
        CHECK_FALSE(currency_code(text));
}
