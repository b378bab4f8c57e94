// Several stores over one archive, as the instances of a cluster have it.
#include "shared_archive.hpp"

#include <future>

using namespace tickertape;
using namespace tickertape::postgres;
using namespace tickertape::postgres::testing;

TEST_CASE(
    "one of the instances that share an archive writes, the others find it there", "[sharing]")
{
    const shared_archive of;
    const auto all = ticks_from(morning, 300);
    const auto writer = of.open();
    const auto follower = of.open();
    CHECK(writer->writes());
    CHECK_FALSE(follower->writes());
    REQUIRE(writer->append(part(all, 0, 50)));
    REQUIRE(follower->append(part(all, 0, 30)));
    CHECK(follower->last() == all[29].at);
    REQUIRE(follower->append(part(all, 30, 50)));
    CHECK(of.rows() == 50);
    CHECK(same(read_all(*follower), part(all, 0, 50)));

    // One that has a tick sooner waits for the one that writes.
    auto waits =
        std::async(std::launch::async, [&] { return bool{follower->append(part(all, 50, 60))}; });
    REQUIRE(writer->append(part(all, 50, 55)));
    REQUIRE(writer->append(part(all, 55, 60)));
    CHECK(waits.get());
    CHECK(follower->last() == all[59].at);
    CHECK(of.rows() == 60);
    CHECK_FALSE(follower->writes());
    REQUIRE(writer->sync());
    REQUIRE(follower->sync());
    CHECK(follower->synced() == all[59].at);
}

TEST_CASE("where the instance that writes ends, another one goes on without a hole", "[sharing]")
{
    const shared_archive of;
    const auto all = ticks_from(morning, 300);
    auto writer = of.open();
    const auto follower = of.open();
    REQUIRE(writer->append(part(all, 0, 80)));
    REQUIRE(follower->append(part(all, 0, 80)));
    // It writes more than the other one has looked for, and is killed.
    REQUIRE(writer->append(part(all, 80, 100)));
    writer.reset();
    REQUIRE(follower->append(part(all, 80, 150)));
    CHECK(follower->writes());
    CHECK(follower->now().takeovers.value() == 1);
    CHECK(of.rows() == 150);

    // One that begins with nothing has all, and knows of no hole.
    const auto third = of.open();
    CHECK_FALSE(third->writes());
    CHECK(third->found().last == all[149].at);
    CHECK(third->found().holes.empty());
    CHECK(same(read_all(*third), part(all, 0, 150)));
    const auto newest = third->reader_of(symbols())->newest(3, 2);
    REQUIRE(newest);
    CHECK(newest->ticks.size() == 30);

    // All end, and one comes back: nothing says that ticks are missing.
    REQUIRE(follower->end_cleanly(morning + 1min));
    CHECK_FALSE(follower->writes());
    REQUIRE(third->append(part(all, 150, 151)));
    CHECK(third->writes());
}

TEST_CASE("an instance that hangs while it writes is cut off", "[sharing]")
{
    const shared_archive of;
    const auto all = ticks_from(morning, 300);
    const auto hangs = of.open();
    REQUIRE(hangs->append(part(all, 0, 10)));
    const auto candles = hangs->candles().open(symbols(), true);
    candles->begin();
    const auto next = of.open(100ms);
    std::string said;
    archive::retention terms;
    terms.say = [&](const std::string& what) { said += what; };
    next->set_retention(terms);
    // On a busy machine it gives up before the lock is free, and is asked again.
    bool is_written = false;
    for (int i = 0; i < 100 && !is_written; ++i)
        is_written = bool{next->append(part(all, 10, 20))};
    REQUIRE(is_written);
    CHECK(next->writes());
    CHECK(said.find("does not go on, and is cut off from it: tickertape on ") != std::string::npos);
    CHECK(of.rows() == 20);

    // It goes on, and follows.
    CHECK_THROWS_AS(candles->commit(), archive::thrown_failure);
    static_cast<void>(hangs->append(part(all, 10, 20)));
    REQUIRE(hangs->append(part(all, 10, 20)));
    CHECK_FALSE(hangs->writes());
    CHECK(of.rows() == 20);
}

TEST_CASE("who is not of the cluster is refused", "[sharing]")
{
    const shared_archive of;
    auto one = of.open();
    const auto other = of.try_open("tape at two:6379/0");
    REQUIRE(!other);
    CHECK(other.error().code == archive_errc::in_use);
    CHECK(
        other.error().text.find("in use by the cluster tape at one:6379/0, and this is of the "
                                "cluster tape at two:6379/0") != std::string::npos);
    const auto alone = of.try_open("");
    REQUIRE(!alone);
    CHECK(alone.error().code == archive_errc::in_use);
    one.reset();

    // Nobody of the cluster is left: others may have it.
    {
        const auto now_alone = of.try_open("");
        REQUIRE(now_alone);
        REQUIRE((*now_alone)->append(ticks_from(morning, 10)));
        const auto refused = of.try_open();
        REQUIRE(!refused);
        CHECK(refused.error().code == archive_errc::in_use);
    }
    // It was killed, so what it has shown is not known but by its page.
    one = of.open();
    CHECK(one->found().how_it_ended == ending::killed);
    CHECK(one->last() == ticks_from(morning, 10).back().at);
}

TEST_CASE("an instance with other ticks never writes into the archive", "[sharing]")
{
    const shared_archive of;
    auto writer = of.open();
    const auto stranger = of.open();
    REQUIRE(writer->append(ticks_from(morning, 20)));
    const auto refused = stranger->append(ticks_from(morning + 50ms, 10));
    REQUIRE(!refused);
    CHECK(refused.error().code == archive_errc::in_use);
    CHECK(refused.error().text.find("the same RELAY and SYMBOLS") != std::string::npos);
    writer.reset();
    CHECK_FALSE(stranger->append(ticks_from(morning + 10s, 10)));
    CHECK(of.rows() == 20);
}

TEST_CASE("a hole of the archive is known before what comes after it", "[sharing]")
{
    const shared_archive of;
    const auto all = ticks_from(morning, 300);
    const auto writer = of.open();
    const auto follower = of.open();
    const archive::hole missing{all[9].at, all[19].at, archive::hole_reason::not_archived};
    REQUIRE(writer->append(part(all, 0, 10)));
    REQUIRE(writer->record_hole(missing));
    REQUIRE(writer->append(part(all, 20, 30)));
    // The other one has the ticks, but the archive says that it has not.
    REQUIRE(follower->append(part(all, 0, 30)));
    const auto held = follower->holds()->look().held;
    REQUIRE(held->holes.size() == 1);
    CHECK(held->holes[0] == missing);
}

TEST_CASE("what an instance lacks is a hole only if it is the one that writes", "[sharing]")
{
    const shared_archive of;
    const auto all = ticks_from(morning, 300);
    auto writer = of.open();
    const auto follower = of.open();
    const auto lacks = [&](std::size_t from, std::size_t to) {
        REQUIRE(
            follower->record_hole({all[from].at, all[to].at, archive::hole_reason::not_archived}));
    };
    REQUIRE(writer->append(part(all, 0, 30)));
    REQUIRE(follower->append(part(all, 0, 10)));
    lacks(9, 19);
    REQUIRE(follower->append(part(all, 20, 30)));
    lacks(29, 49);
    // The archive has half of these when the writer is killed.
    REQUIRE(writer->append(part(all, 30, 40)));
    writer.reset();
    REQUIRE(follower->append(part(all, 50, 60)));
    const auto held = follower->holds()->look().held;
    REQUIRE(held->holes.size() == 1);
    CHECK(held->holes[0].from == all[39].at);
    CHECK(held->holes[0].to == all[49].at);
    CHECK(of.rows() == 50);
    const auto third = of.open();
    CHECK(third->holds()->look().held->holes == held->holes);
}

TEST_CASE("the instance that prefers to write is left to do so", "[sharing]")
{
    const shared_archive of;
    const auto all = ticks_from(morning, 300);
    const auto first = of.open();
    const auto leader = of.open();
    const auto third = of.open();
    REQUIRE(first->append(part(all, 0, 10)));
    REQUIRE(first->sync());
    CHECK(first->writes());
    leader->prefer_to_write(true);
    REQUIRE(leader->sync());
    CHECK_FALSE(leader->writes());
    REQUIRE(first->append(part(all, 10, 20)));
    REQUIRE(first->sync());
    CHECK_FALSE(first->writes());
    REQUIRE(third->sync());
    CHECK_FALSE(third->writes());
    REQUIRE(leader->append(part(all, 0, 30)));
    CHECK(leader->writes());
    REQUIRE(leader->sync());
    CHECK(leader->writes());
    CHECK(of.rows() == 30);
    // It does not lead any more: whoever writes may go on.
    leader->prefer_to_write(false);
    REQUIRE(leader->append(part(all, 30, 40)));
    REQUIRE(leader->sync());
    CHECK(leader->writes());
    REQUIRE(first->append(part(all, 20, 40)));
}

TEST_CASE("a day that another instance has dropped is not taken for one without ticks", "[sharing]")
{
    const shared_archive of;
    const auto writer = of.open();
    const auto follower = of.open();
    for (int day = 0; day < 4; ++day) {
        const auto ticks = ticks_from(morning + day * std::chrono::days{1}, 20);
        REQUIRE(writer->append(ticks));
        REQUIRE(follower->append(ticks));
    }
    const auto reader = follower->reader_of(symbols());
    const tape::past_query first_day{
        {symbol_id{0}}, position::at(morning).previous(), position::at(morning + 1min), 100};
    const auto before = reader->read(first_day);
    REQUIRE(before);
    CHECK(before->ticks.size() == 2);
    archive::retention terms;
    terms.ticks = std::chrono::days{1};
    terms.candles_until = [] { return wall_time::max(); };
    writer->set_retention(terms);
    REQUIRE(writer->keep_up(morning + 3 * std::chrono::days{1} + 1min));
    CHECK(writer->now().days_dropped.value() > 0);
    // Nobody has told the other one yet.
    const auto after = reader->read(first_day);
    REQUIRE(after);
    CHECK(after->to == after->from);
    REQUIRE(follower->sync());
    CHECK(follower->holds()->look().held->days.size() < 4);
}
