#include "publisher.hpp"

#include "support/catch.hpp"

#include <thread>

using namespace tickertape;
using namespace tickertape::tape;
using namespace tickertape::telemetry;
using namespace std::chrono_literals;

namespace {

struct set_clock final : clock {
    wall_time wall{1'700'000'000'000ms};
    boot_time boot{100s};

    wall_time wall_now() const noexcept override { return wall; }
    steady_time steady_now() const noexcept override { return std::chrono::steady_clock::now(); }
    boot_time boot_now() const noexcept override { return boot; }
};

struct counted final : bell {
    void ring() noexcept override { ++times; }
    int times = 0;
};

struct scene {
    boost::asio::io_context io{1};
    const symbol_table symbols{*symbol_table::from(std::vector<std::string>{"BTC-USD"})};
    set_clock time;
    clock_reading start = reading_of(time);
    tapes ticks{symbols, 4, start.wall};
    counted rung;
    logger log{log_level::error, log_format::text};
    metrics figures;
    publisher p{ticks, time, start, io, log, figures};

    bool says(const std::string& line) const
    {
        return figures.text().find("\n" + line + "\n") != std::string::npos;
    }
};

}  // namespace

TEST_CASE("what is published is on the tape at once, and rung for", "[cmd]")
{
    scene s;
    s.p.writer().add(s.rung);
    s.p.publish({symbol_id{0}, *price::from(5), source_id{}});
    CHECK(s.rung.times == 1);
    CHECK(s.ticks.of(symbol_id{0}).newest()->value == *price::from(5));
    CHECK(s.ticks.observed(symbol_id{0}) == s.time.boot);
}

TEST_CASE("steps of the clock and the lead they leave are figures", "[cmd]")
{
    scene s;
    const auto pass = [&s](std::chrono::milliseconds time) {
        s.time.wall += time;
        s.time.boot += time;
        s.p.publish({symbol_id{0}, *price::from(1), source_id{}});
    };
    pass(1s);
    s.time.wall -= 1h;
    pass(1s);
    CHECK(s.says("tickertape_clock_steps_total{direction=\"back\"} 0"));
    pass(6s);
    CHECK(s.says("tickertape_clock_steps_total{direction=\"back\"} 1"));
    CHECK(s.says("tickertape_clock_steps_total{direction=\"forward\"} 0"));
    CHECK(s.says("tickertape_position_restarts_total 0"));
    CHECK_FALSE(s.says("tickertape_position_lead_seconds 0"));
    s.time.wall -= 24h;
    pass(1s);
    pass(6s);
    CHECK(s.says("tickertape_position_restarts_total 1"));
    CHECK(s.says("tickertape_position_lead_seconds 0"));
    s.time.wall += 1h;
    pass(1s);
    s.time.wall -= 1h;
    pass(1s);
    CHECK(s.says("tickertape_clock_doubts_total 1"));
}

TEST_CASE("a look that was due already when it was stopped is the last", "[cmd]")
{
    scene s;
    boost::asio::steady_timer first{s.io, std::chrono::steady_clock::now()};
    first.async_wait([&s](boost::system::error_code) { s.p.stop(); });
    s.p.start(1ms);
    // Both timers are over, so both handlers are on their way when the first of them runs.
    std::this_thread::sleep_for(5ms);
    s.io.run_for(5s);
    CHECK(s.io.stopped());
}
