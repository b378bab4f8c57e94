// Texts beside the ticks: what was kept is there in the next life, and what is damaged is not.
#include "archive/text_keeper.hpp"

#include "archive/backup.hpp"
#include "archive/text_file.hpp"
#include "archive_fixture.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <memory>

using namespace tickertape;
using namespace tickertape::archive;
using namespace tickertape::archive::testing;

namespace {

std::map<std::string, std::string> read(const fs::path& path)
{
    auto all = text_file{path}.read_all();
    REQUIRE(all);
    return *all;
}

// Fails until it is told that it may work.
struct stubborn_store final : text_store {
    stubborn_store(std::atomic<bool>& works, std::map<std::string, std::string>& all)
        : works_{works}, all_{all}
    {
    }
    archive::result<std::map<std::string, std::string>> read_all() override { return all_; }
    archive::result<void> write(std::string_view name, std::string_view text) override
    {
        if (!works_)
            return failure{archive_errc::disk_full, "no room"};
        all_.insert_or_assign(std::string{name}, std::string{text});
        return {};
    }

private:
    std::atomic<bool>& works_;
    std::map<std::string, std::string>& all_;
};

}  // namespace

TEST_CASE("texts are there in the next life, the last of each name", "[archive]")
{
    const temporary_directory d;
    const auto path = d.path() / "texts.db";
    CHECK(read(path).empty());
    text_file file{path};
    REQUIRE(file.write("table", "one"));
    REQUIRE(file.write("news", std::string(2'000'000, 'n')));
    REQUIRE(file.write("table", "two é"));
    const auto all = read(path);
    CHECK(all.size() == 2);
    CHECK(all.at("table") == "two é");
    CHECK(all.at("news").size() == 2'000'000);
}

TEST_CASE("a text with a flipped bit is not there, and the others are", "[archive]")
{
    const temporary_directory d;
    const auto path = d.path() / "texts.db";
    {
        text_file file{path};
        REQUIRE(file.write("table", "price 100"));
        REQUIRE(file.write("news", "item"));
    }
    {
        database other{path, database::access::write};
        other.run("UPDATE texts SET text = 'price 900' WHERE name = 'table'");
    }
    const auto all = read(path);
    CHECK_FALSE(all.contains("table"));
    CHECK(all.at("news") == "item");
}

TEST_CASE("a file of texts that is none is put away, and another one begun", "[archive]")
{
    const temporary_directory d;
    const auto path = d.path() / "texts.db";
    std::ofstream{path} << std::string(8'192, 'x');
    CHECK(read(path).empty());
    CHECK(fs::exists(d.path() / "damaged"));
    text_file file{path};
    REQUIRE(file.write("table", "one"));
    CHECK(read(path).at("table") == "one");
}

TEST_CASE(
    "the keeper writes the newest of each name, also where the store fails for a while",
    "[archive]")
{
    std::atomic<bool> works{false};
    std::map<std::string, std::string> all;
    std::vector<std::string> said;
    text_keeper keeper{
        std::make_unique<stubborn_store>(works, all),
        [&](const std::string& why) { said.push_back(why); }, 5ms};
    keeper.start();
    CHECK(keeper.keep("table", "one"));
    while (keeper.failures().value() < 3)
        std::this_thread::sleep_for(1ms);
    CHECK(keeper.keep("table", "two"));
    CHECK(keeper.keep("news", "item"));
    works = true;
    while (keeper.written().value() < 2)
        std::this_thread::sleep_for(1ms);
    keeper.stop();
    CHECK(all.at("table") == "two");
    CHECK(all.at("news") == "item");
    CHECK(said == std::vector<std::string>{"no room", ""});
}

TEST_CASE("what is left at the end is written, and a store that fails holds nobody", "[archive]")
{
    std::map<std::string, std::string> all;
    std::atomic<bool> works{true};
    {
        text_keeper keeper{std::make_unique<stubborn_store>(works, all), [](const std::string&) {}};
        keeper.keep("table", "one");
        keeper.start();
    }
    CHECK(all.at("table") == "one");
    works = false;
    text_keeper keeper{std::make_unique<stubborn_store>(works, all), [](const std::string&) {}, 1h};
    keeper.start();
    keeper.keep("table", "two");
    while (keeper.failures().value() == 0)
        std::this_thread::sleep_for(1ms);
    keeper.stop();
    CHECK(all.at("table") == "one");
    CHECK_FALSE(keeper.keep("news", std::string(kept_text_bytes_max + 1, 'x')));
}

TEST_CASE("a backup has the texts, and so has what is restored of it", "[archive]")
{
    const temporary_directory d;
    const auto home = d.path() / "live";
    {
        auto opened =
            store::open(home, feed_kind::live, {.now = morning, .symbols = symbols(), .boot = "b"});
        REQUIRE(opened);
        const auto texts = (*opened)->texts();
        REQUIRE(texts->write("table", "one"));
        REQUIRE(make_backup(home, feed_kind::live, d.path() / "backups", morning));
        REQUIRE((*opened)->end_cleanly(morning));
    }
    REQUIRE(restore_backup(d.path() / "backups", feed_kind::live, d.path() / "other" / "live"));
    CHECK(read(d.path() / "other" / "live" / "texts.db").at("table") == "one");
}
