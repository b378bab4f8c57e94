// Texts that a leader gives the others, in a real Redis.
#include "relay/redis_texts.hpp"

#include "relay/redis_fixture.hpp"
#include "support/catch.hpp"
#include "support/own_redis.hpp"

#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::relay;
using namespace tickertape::relay::testing;
using namespace std::chrono_literals;
using tickertape::testing::own_redis;

namespace {

// An instance with both: the log, whose lease says who leads, and the texts.
struct texts_user : redis_user {
    explicit texts_user(const std::string& url)
        : redis_user{url}, texts{
                               boost::asio::make_strand(io), settings_of(url, {}), trust, lines,
                               [] { return 0.5; }}
    {
    }

    redis_texts texts;
};

const std::vector<std::string> names{"table", "news"};

}  // namespace

TEST_CASE("what the leader puts the others find, by its version", "[relay]")
{
    own_redis server;
    texts_user leader{server.url()};
    texts_user other{server.url()};
    REQUIRE(leader.done(leader.log.lease("a:1", 60s)).is_ours);
    const auto before = other.done(other.texts.look(names, {}));
    REQUIRE(before.size() == 2);
    CHECK(before[0].version.empty());
    CHECK(other.done(other.texts.fetch("table")).version.empty());

    const shared_text long_one{"1", std::string(2'000'000, 'x') + "\r\n\xc3\xa9"};
    CHECK(leader.done(leader.texts.put("a:1", "table", long_one)) == put_outcome::done);
    CHECK(other.done(other.texts.look(names, {}))[0].version == "1");
    CHECK(other.done(other.texts.look(names, {}))[1].version.empty());
    CHECK(other.done(other.texts.fetch("table")).text == long_one.text);

    const shared_text second{"2", "short"};
    CHECK(leader.done(leader.texts.put("a:1", "table", second)) == put_outcome::done);
    const auto found = other.done(other.texts.fetch("table"));
    CHECK(found.version == "2");
    CHECK(found.text == "short");
}

TEST_CASE("one that does not lead puts nothing", "[relay]")
{
    own_redis server;
    texts_user leader{server.url()};
    texts_user other{server.url()};
    REQUIRE(leader.done(leader.log.lease("a:1", 60s)).is_ours);
    const shared_text ours{"1", "ours"};
    const shared_text theirs{"2", "theirs"};
    CHECK(leader.done(leader.texts.put("a:1", "table", ours)) == put_outcome::done);
    CHECK(other.done(other.texts.put("b:1", "table", theirs)) == put_outcome::not_leader);
    CHECK(other.done(other.texts.fetch("table")).text == "ours");
    leader.done(leader.log.resign("a:1"));
    CHECK(leader.done(leader.texts.put("a:1", "table", theirs)) == put_outcome::not_leader);
}

TEST_CASE("a leader learns which texts are read elsewhere", "[relay]")
{
    own_redis server;
    texts_user leader{server.url()};
    texts_user other{server.url()};
    const std::vector<std::string> read{"news"};
    static_cast<void>(other.done(other.texts.look(names, read)));
    const auto seen = leader.done(leader.texts.look(names, {}));
    CHECK_FALSE(seen[0].is_read);
    CHECK(seen[1].is_read);
}

TEST_CASE("a text that is too long is not put", "[relay]")
{
    own_redis server;
    texts_user leader{server.url()};
    REQUIRE(leader.done(leader.log.lease("a:1", 60s)).is_ours);
    const shared_text too_long{"1", std::string(shared_text_bytes_max + 1, 'x')};
    CHECK(leader.failed(leader.texts.put("a:1", "table", too_long)) == relay_errc::bad_entry);
    CHECK(leader.done(leader.texts.look(names, {}))[0].version.empty());
}

TEST_CASE("a Redis that has forgotten everything is put into again", "[relay]")
{
    own_redis server;
    texts_user leader{server.url()};
    REQUIRE(leader.done(leader.log.lease("a:1", 60s)).is_ours);
    const shared_text ours{"1", "ours"};
    CHECK(leader.done(leader.texts.put("a:1", "table", ours)) == put_outcome::done);
    static_cast<void>(server.ask({"SCRIPT", "FLUSH"}));
    CHECK(leader.done(leader.texts.put("a:1", "table", ours)) == put_outcome::done);
}

TEST_CASE("what is wanted is noted once, and taken once", "[relay]")
{
    own_redis server;
    texts_user leader{server.url()};
    texts_user other{server.url()};
    CHECK(leader.done(leader.texts.take_wanted()).empty());
    for (const auto* const name : {"coin.detail.a", "coin.detail.ab", "coin.detail.a"})
        CHECK(other.done(other.texts.want(name)) == want_outcome::noted);
    const std::vector<std::string> both{"coin.detail.a", "coin.detail.ab"};
    CHECK(leader.done(leader.texts.take_wanted()) == both);
    CHECK(leader.done(leader.texts.take_wanted()).empty());
    // One that goes on waiting may ask again.
    CHECK(other.done(other.texts.want("coin.detail.a")) == want_outcome::noted);
    CHECK(leader.done(leader.texts.take_wanted()).size() == 1);
}

TEST_CASE("no more is wanted than there is room for", "[relay]")
{
    own_redis server;
    texts_user other{server.url()};
    const std::string half(wanted_bytes_max / 2, 'x');
    CHECK(other.done(other.texts.want(half)) == want_outcome::noted);
    CHECK(other.done(other.texts.want(half + "y")) == want_outcome::too_many);
    CHECK(other.done(other.texts.want("short")) == want_outcome::noted);
    CHECK(other.done(other.texts.take_wanted()).size() == 2);
}
