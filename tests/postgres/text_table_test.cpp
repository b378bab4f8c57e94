// Texts beside the ticks, in a database.
#include "postgres/text_table.hpp"

#include "archive_of.hpp"
#include "shared_archive.hpp"

using namespace tickertape;
using namespace tickertape::postgres;
using namespace tickertape::postgres::testing;

namespace {

std::map<std::string, std::string> read(const store& of)
{
    auto all = of.texts()->read_all();
    if (!all)
        FAIL(all.error().text);
    return *all;
}

}  // namespace

TEST_CASE("texts are there in the next life, the last of each name, in PostgreSQL", "[postgres]")
{
    archive_of of;
    of.open();
    CHECK(read(*of.ticks).empty());
    const auto texts = of.ticks->texts();
    const std::string long_one = std::string(2'000'000, 'x') + "'é\\";
    REQUIRE(texts->write("table", "one"));
    REQUIRE(texts->write("news", long_one));
    REQUIRE(texts->write("table", "two"));
    of.open(morning + 1min);
    const auto all = read(*of.ticks);
    CHECK(all.size() == 2);
    CHECK(all.at("table") == "two");
    CHECK(all.at("news") == long_one);
    // Those of the life before write no more.
    REQUIRE(texts->write("table", "three"));
    CHECK(read(*of.ticks).at("table") == "two");
}

TEST_CASE("of several processes the one that writes the archive writes its texts", "[postgres]")
{
    shared_archive of;
    const auto first = of.open();
    const auto second = of.open();
    const auto all = ticks_from(morning, 10);
    REQUIRE(first->append(all));
    REQUIRE(first->writes());
    REQUIRE_FALSE(second->writes());
    const auto ours = first->texts();
    const auto theirs = second->texts();
    REQUIRE(ours->write("table", "ours"));
    REQUIRE(theirs->write("table", "theirs"));
    CHECK(read(*second).at("table") == "ours");
}

TEST_CASE("an archive of before gets its table of texts", "[postgres]")
{
    archive_of of;
    of.open();
    of.beside().run("DROP TABLE texts; UPDATE schema_version SET version = 3");
    of.open(morning + 1min);
    const auto texts = of.ticks->texts();
    REQUIRE(texts->write("table", "one"));
    CHECK(read(*of.ticks).at("table") == "one");
}
