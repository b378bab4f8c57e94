#include "synthetic/replay.hpp"

#include "feed/harness.hpp"
#include "support/catch.hpp"

#include <boost/asio/post.hpp>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::synthetic;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

// A file that goes with the test.
struct temporary_file {
    explicit temporary_file(const std::string& bytes)
    {
        static int files = 0;
        path = std::filesystem::temp_directory_path() /
               ("tickertape_replay_" + std::to_string(::getpid()) + "_" + std::to_string(files++));
        std::ofstream{path, std::ios::binary} << bytes;
    }
    ~temporary_file() { std::remove(path.c_str()); }

    std::string path;
};

std::unique_ptr<price_feed> replay_of(harness& h, const replay_settings& settings)
{
    return make_replay(h.context(), settings);
}

std::vector<std::string> prices(const harness& h)
{
    std::vector<std::string> texts;
    for (const auto& o : h.sink.seen)
        texts.push_back(o.value.text());
    return texts;
}

}  // namespace

TEST_CASE("A recording that cannot be played stops the start with one line", "[feed]")
{
    harness h;
    const temporary_file empty{""};
    const temporary_file unusable{"a,b\n1,2\n"};
    const temporary_file good{"time_ms,price\n1,2\n"};

    CHECK_THROWS_WITH(
        replay_of(h, {.path = "/nonexistent/x.csv"}),
        "cannot replay '/nonexistent/x.csv': No such file or directory");
    CHECK_THROWS_WITH(replay_of(h, {.path = "/tmp"}), "cannot replay '/tmp': not a file");
    CHECK_THROWS_WITH(
        replay_of(h, {.path = empty.path}), "cannot replay '" + empty.path + "': it is empty");
    CHECK_THROWS_WITH(
        replay_of(h, {.path = unusable.path}),
        "cannot replay '" + unusable.path +
            "': needs a column time_ms, time_s, time, timestamp or date and a column price, close, "
            "price_usd "
            "or close_usd");
    CHECK_THROWS(replay_of(h, {.path = good.path, .speed = -1}));
    CHECK_THROWS(replay_of(h, {.path = good.path, .speed = 0.0 / 0.0}));
}

TEST_CASE("Bad lines and unknown symbols are skipped and counted, the rest is played", "[feed]")
{
    harness h;
    const temporary_file file{
        "symbol,time_ms,price\n"
        "BTC,1,10.5\n"
        "BTC,2,oops\n"
        "ETH,3,1\n"
        "\n" +
        std::string(70'000, 'x') +
        "\n"
        "BTC,4,11"};

    const auto played = replay_of(h, {.path = file.path, .speed = 0});
    played->start();
    REQUIRE(h.run_to_the_end());

    CHECK(prices(h) == std::vector<std::string>{"10.5", "11"});
    CHECK(h.sources.name(h.sink.seen.at(0).source) == "replay");
    CHECK(h.counted(R"(tickertape_feed_lines_total{feed="replay",outcome="ok"})") == 2);
    CHECK(h.counted(R"(tickertape_feed_lines_total{feed="replay",outcome="bad"})") == 2);
    CHECK(h.counted(R"(tickertape_feed_lines_total{feed="replay",outcome="unknown_symbol"})") == 1);
}

TEST_CASE("A recording is played at a multiple of its pace", "[feed]")
{
    harness h;
    const temporary_file file{
        "{\"price\":1,\"timestamp\":1000}\n{\"price\":2,\"timestamp\":1010}\n"};

    const auto played = replay_of(h, {.path = file.path, .speed = 100});
    const auto began = std::chrono::steady_clock::now();
    played->start();
    REQUIRE(h.run_to_the_end());

    CHECK(prices(h) == std::vector<std::string>{"1", "2"});
    CHECK(std::chrono::steady_clock::now() - began >= 100ms);
}

TEST_CASE("A looping recording begins again, and stops when told to", "[feed]")
{
    harness h;
    const temporary_file file{"time_s,close\n1,5\n2,6\n"};
    const auto played = replay_of(h, {.path = file.path, .speed = 0, .loop = true});
    h.sink.on_publish = [&] {
        if (h.sink.seen.size() == 2000)
            played->stop();
    };

    played->start();
    REQUIRE(h.run_to_the_end());

    CHECK(h.sink.seen.size() == 2000);
    CHECK(h.sink.seen.at(1998).value.text() == "5");
    CHECK(h.sink.seen.at(1999).value.text() == "6");
}

TEST_CASE("Other work of the strand has its turn while a short recording loops", "[feed]")
{
    const std::string rows = GENERATE(
        "1,5\n", "1,5\n2,6\n", "\n\n1,5\n\n", "1,5\n2,oops\nbad\n", "1,5\n\n \n2,0\n3,-1\n");
    CAPTURE(rows);
    constexpr std::size_t far_too_many = 20'000;
    harness h;
    const temporary_file file{"time_s,close\n" + rows};
    const auto played = replay_of(h, {.path = file.path, .speed = 0, .loop = true});
    h.sink.on_publish = [&] {
        if (h.sink.seen.size() == 1)
            boost::asio::post(h.io, [&] { played->stop(); });
        if (h.sink.seen.size() == far_too_many)
            played->stop();
    };

    played->start();
    REQUIRE(h.run_to_the_end());

    CHECK(h.sink.seen.size() < far_too_many);
}

TEST_CASE("A looping recording without one good price ends instead of spinning", "[feed]")
{
    harness h;
    const temporary_file file{"time_s,close\n1,0\n2,-6\n"};
    const auto played = replay_of(h, {.path = file.path, .speed = 0, .loop = true});

    played->start();
    REQUIRE(h.run_to_the_end());

    CHECK(h.sink.seen.empty());
}

TEST_CASE("A replay that waits for its next price stops at once", "[feed]")
{
    harness h;
    const temporary_file file{"time_s,close\n1,5\n1000000,6\n"};
    const auto played = replay_of(h, {.path = file.path});
    h.sink.on_publish = [&] { played->stop(); };

    played->start();
    REQUIRE(h.run_to_the_end(1s));

    CHECK(h.sink.seen.size() == 1);
}

TEST_CASE("A replay that stands by plays on, and publishes nothing", "[feed]")
{
    harness h;
    const temporary_file recorded{"time_ms,price\n1000,1\n2000,2\n3000,3\n"};
    const auto played = replay_of(h, {.path = recorded.path, .speed = 0});
    played->stand_by(true);
    played->start();
    REQUIRE(h.run_to_the_end());
    CHECK(h.sink.seen.empty());
    CHECK(h.counted(R"(tickertape_feed_lines_total{feed="replay",outcome="ok"})") == 3);
}
