#include "relay/redis_answers.hpp"

#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::relay;

namespace {

using kind = reply::kind;

reply error(const std::string& words)
{
    return {.is = kind::error, .text = words};
}
reply text(const std::string& t)
{
    return {.is = kind::text, .text = t};
}
reply array(std::vector<reply> elements)
{
    return {.is = kind::array, .elements = std::move(elements)};
}

}  // namespace

TEST_CASE("Errors of a server that is no master mean to look for another", "[relay]")
{
    for (const auto* words :
         {"READONLY You can't write against a read only replica.",
          "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
          "LOADING Redis is loading the dataset in memory",
          "NOREPLICAS Not enough good replicas to write.",
          "UNBLOCKED force unblock from blocking operation, instance state changed",
          "ERR max number of clients reached",
          "ERR Error running script (call to f_0123): @user_script:3: @user_script: 3: -READONLY "
          "You can't write against a read only replica."}) {
        INFO(words);
        CHECK(meaning_of(error(words)).code == relay_errc::unreachable);
        CHECK(meaning_of(error(words)).is_to_leave);
    }
}

TEST_CASE("Errors that only an operator can mend are refusals", "[relay]")
{
    for (const auto* words :
         {"NOAUTH Authentication required.", "WRONGPASS invalid username",
          "DENIED Redis is running in protected mode"}) {
        CHECK(meaning_of(error(words)).code == relay_errc::refused);
        CHECK(meaning_of(error(words)).is_to_leave);
    }
    for (const auto* words :
         {"NOPERM this user has no permissions",
          "MISCONF Redis is configured to save RDB snapshots",
          "OOM command not allowed when used memory > 'maxmemory'.", "MOVED 3999 127.0.0.1:6381"}) {
        CHECK(meaning_of(error(words)).code == relay_errc::refused);
        CHECK_FALSE(meaning_of(error(words)).is_to_leave);
    }
    CHECK(meaning_of(error("BUSY Redis is busy running a script.")).code == relay_errc::too_slow);
    CHECK(meaning_of(error("NOSCRIPT No matching script.")).is_no_script());
}

TEST_CASE("Of an error nothing is kept that could be a password", "[relay]")
{
    const auto said = meaning_of(
        error("ERR unknown command 'AUTH', with args beginning with: 'someone' 'secret'"));
    CHECK(said.code == relay_errc::bad_answer);
    CHECK(said.word == "ERR");
    CHECK(meaning_of(error("secret")).word == "ERR");
    CHECK(meaning_of(error("")).word == "ERR");
    CHECK_FALSE(meaning_of(text("READONLY")).code);
}

TEST_CASE("An entry is what has the two fields, whatever else it has", "[relay]")
{
    const auto whole = array(
        {text("5-1"),
         array({text("x"), text("y"), text("d"), text("v1 h"), text("p"), text("4-0")})});
    const auto read = read_range(array({whole}));
    REQUIRE(read);
    CHECK(read->entries == std::vector{entry{{5, 1}, {4, 0}, "v1 h"}});
    const auto put_back = array(
        {text("5-1"),
         array({text("p"), text("4-0"), text("d"), text("v1 h"), text("b"), text("3-0")})});
    CHECK(
        read_range(array({put_back}))->entries ==
        std::vector{entry{{5, 1}, {4, 0}, "v1 h", position{3, 0}}});

    for (const auto& fields :
         {array({}), array({text("p"), text("4-0")}), array({text("d"), text("v1 h")}),
          array({text("p"), text("x"), text("d"), text("v1 h")}),
          array({text("p"), text("5-1"), text("d"), text("v1 h")}),
          array({text("p"), text("4-0"), text("d"), text("v1 h"), text("b"), text("5-1")}),
          array({text("p"), text("4-0"), text("d"), text(std::string(2000, 'x'))}), reply{}}) {
        const auto other = read_range(array({array({text("5-1"), fields})}));
        REQUIRE(other);
        CHECK(other->entries.empty());
        CHECK(other->others == 1);
        CHECK(other->last == "5-1");
    }
}

TEST_CASE("Replies of another shape are no answers", "[relay]")
{
    for (const auto& r :
         {reply{}, text("x"), array({}), array({text("1-0")}), array({array({})}),
          array({text("done"), text("x")}), array({text("perhaps"), text("1-0")})}) {
        CHECK(read_append(r).error() == relay_errc::bad_answer);
        CHECK(read_state(r, "r").error() == relay_errc::bad_answer);
        CHECK(read_lease(r, "t", "r").error() == relay_errc::bad_answer);
    }
    CHECK(read_range(reply{}).error() == relay_errc::bad_answer);
    CHECK(read_range(array({text("x")})).error() == relay_errc::bad_answer);
    CHECK(
        read_range(array({array({text(std::string(100, '9')), array({})})})).error() ==
        relay_errc::bad_answer);
    // An id that is no position of ours is that of somebody else's entry.
    const auto foreign = read_range(array({array({text("99999999999999999-0"), array({})})}));
    REQUIRE(foreign);
    CHECK(foreign->others == 1);
    CHECK(foreign->last == "99999999999999999-0");
    CHECK(read_xread(array({})).error() == relay_errc::bad_answer);
    CHECK(read_live(array({text("x")})).error() == relay_errc::bad_answer);
    CHECK(read_append(error("NOPERM no")).error() == relay_errc::refused);
    const auto state = array({text("1-0"), text("-5"), text("0"), text("ab"), text("m")});
    CHECK(read_state(state, "r").error() == relay_errc::bad_answer);
}

TEST_CASE("A lease without a holder is nobody's", "[relay]")
{
    const auto answer =
        array({text(""), text("1-0"), text("1700000000"), text("123456"), text("ab"), text("m")});
    const auto read = read_lease(answer, "", "run");
    REQUIRE(read);
    CHECK_FALSE(read->is_ours);
    CHECK(read->state.time == wall_time{std::chrono::milliseconds{1'700'000'000'123}});
    CHECK(read->state.lineage == "ab/run");
    CHECK(read->state.mark == "m");
}

TEST_CASE("A Sentinel that does not know the master is like one that does not answer", "[relay]")
{
    CHECK(read_master(reply{}).error() == relay_errc::unreachable);
    CHECK(*read_master(array({text("10.0.0.1"), text("6379")})) == redis_host{"10.0.0.1", "6379"});
    for (const auto& r :
         {array({text(""), text("6379")}), array({text("h"), text("0")}),
          array({text("h"), text("65536")}), array({text("h"), text("x")}), array({text("h")})})
        CHECK(read_master(r).error() == relay_errc::bad_answer);
}

TEST_CASE("What a server says of itself is found between other lines", "[relay]")
{
    const auto read = read_server(text("# Server\r\nx_run_id:no\r\nrun_id:abc\r\nrole:master\r\n"));
    REQUIRE(read);
    CHECK(read->run_id == "abc");
    CHECK(read->role == "master");
    CHECK(read_server(text("run_id:abc"))->run_id == "abc");
    CHECK(read_server(text("")).value().run_id.empty());
}
