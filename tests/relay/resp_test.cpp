#include "relay/resp.hpp"

#include "relay/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::relay;

namespace {

using kind = reply::kind;

reply text(const std::string& t)
{
    return {.is = kind::text, .text = t};
}
reply integer(std::int64_t n)
{
    return {.is = kind::integer, .number = n};
}
reply array(std::vector<reply> elements)
{
    return {.is = kind::array, .elements = std::move(elements)};
}

// All replies in the bytes, which come in pieces of that size.
std::vector<reply> replies_in(const std::string& bytes, std::size_t piece)
{
    reply_reader reader;
    std::vector<reply> all;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        REQUIRE_FALSE(reader.feed(std::string_view{bytes}.substr(at, piece)));
        for (;;) {
            auto next = reader.next();
            REQUIRE(next);
            if (!*next)
                break;
            all.push_back(std::move(**next));
        }
    }
    CHECK_FALSE(reader.has_more());
    return all;
}

bool is_refused(const std::string& bytes, const reply_limits& limits = {})
{
    reply_reader reader{limits};
    if (reader.feed(bytes))
        return true;
    const auto next = reader.next();
    return !next && next.error() == relay_errc::bad_answer;
}

}  // namespace

TEST_CASE("Replies are read however their bytes are cut", "[relay]")
{
    std::string bytes = "+OK\r\n-ERR no\r\n:-42\r\n$5\r\na\r\n";
    bytes += '\0';
    bytes += "b\r\n$-1\r\n*-1\r\n$0\r\n\r\n*3\r\n*2\r\n$1\r\nx\r\n:7\r\n*0\r\n$-1\r\n";
    std::string odd = "a\r\n";
    odd += '\0';
    odd += 'b';
    const std::vector<reply> wanted{
        {.is = kind::status, .text = "OK"},
        {.is = kind::error, .text = "ERR no"},
        integer(-42),
        text(odd),
        {},
        {},
        text(""),
        array({array({text("x"), integer(7)}), array({}), {}})};
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece)
        CHECK(replies_in(bytes, piece) == wanted);
}

TEST_CASE("What is no reply is refused", "[relay]")
{
    for (const auto* bytes :
         {"HTTP/1.1 400 Bad Request\r\n", "\r\n", "%1\r\n", "*1\r\n!\r\n", "$-2\r\n", "*-2\r\n",
          "$x\r\n", "*99999999999999999999\r\n"})
        CHECK(is_refused(bytes));
    std::string deep;
    for (int i = 0; i < 20; ++i)
        deep += "*1\r\n";
    CHECK(is_refused(deep));
}

TEST_CASE("A reply that is too long is refused before it is kept", "[relay]")
{
    const reply_limits limits{.bytes_max = 100, .elements_max = 10};
    CHECK(is_refused("*2147483647\r\n", limits));
    CHECK(is_refused("*11\r\n", limits));
    CHECK(is_refused("*3\r\n*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n*4\r\n", limits));
    CHECK_FALSE(is_refused("*10\r\n", limits));

    reply_reader reader{limits};
    CHECK_FALSE(reader.feed("$1000\r\n" + std::string(90, 'x')));
    CHECK(reader.feed("xxxxxxxx") == relay_errc::bad_answer);
}

TEST_CASE("The bytes of many short replies do not count as those of a long one", "[relay]")
{
    reply_reader reader{{.bytes_max = 10, .elements_max = 4}};
    for (int i = 0; i < 100; ++i) {
        REQUIRE_FALSE(reader.feed("*1\r\n:1\r\n"));
        CHECK(**reader.next() == array({integer(1)}));
    }
}

TEST_CASE("A command is written with the length of each word", "[relay]")
{
    std::string bytes = "before";
    append_command(bytes, {"SET", "a key", "", "x\r\ny"});
    CHECK(bytes == "before*4\r\n$3\r\nSET\r\n$5\r\na key\r\n$0\r\n\r\n$4\r\nx\r\ny\r\n");
}
