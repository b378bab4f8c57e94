#include "relay/redis_address.hpp"

#include "relay/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape::relay;

namespace {

redis_address address_of(const std::string& text)
{
    const auto read = parse_redis_address(text);
    INFO(text);
    REQUIRE(read);
    return *read;
}

boost::system::error_code wrong_with(const std::string& text)
{
    const auto read = parse_redis_address(text);
    INFO(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().message().find("secret") == std::string::npos);
    return read.error();
}

}  // namespace

TEST_CASE("An address of Redis says host, port, user, password and database", "[relay]")
{
    CHECK(address_of("redis://example.com") == redis_address{.hosts = {{"example.com", "6379"}}});
    CHECK(address_of("redis://h:7000/") == redis_address{.hosts = {{"h", "7000"}}});
    CHECK(
        address_of("REDISS://someone:s%40cret%25@[::1]:1234/15") ==
        redis_address{
            .is_tls = true,
            .hosts = {{"::1", "1234"}},
            .database = 15,
            .login = {"someone", "s@cret%"}});
    CHECK(address_of("redis://:secret@h").login == redis_login{"", "secret"});
    CHECK(address_of("redis://:se@cret@h").login == redis_login{"", "se@cret"});
}

TEST_CASE("An address with Sentinels says the master, and the Sentinels' own password", "[relay]")
{
    CHECK(
        address_of("redis+sentinel://a,b:26380,[fe80::1]/prices") ==
        redis_address{
            .hosts = {{"a", "26379"}, {"b", "26380"}, {"fe80::1", "26379"}}, .master = "prices"});
    CHECK(
        address_of(
            "rediss+sentinel://u:p@a/my%20prices/3?sentinel_user=s&sentinel_password=q%26") ==
        redis_address{
            .is_tls = true,
            .hosts = {{"a", "26379"}},
            .master = "my prices",
            .database = 3,
            .login = {"u", "p"},
            .sentinel_login = {"s", "q&"}});
    CHECK(address_of("redis+sentinel://a/m?sentinel_password=q").sentinel_login.user.empty());
}

TEST_CASE("What is wrong with an address is said without repeating it", "[relay]")
{
    for (const auto* text : {"", "redis", "redis:/h", "http://h", "://h", "redis+tls://h"})
        CHECK(wrong_with(text) == relay_errc::address_scheme);
    CHECK(wrong_with("redis://:secret@h/" + std::string(5000, '1')) == relay_errc::address_scheme);
    for (const auto* text :
         {"redis://secret@h", "redis://u:@h", "redis://:@h", "redis://u:secret%zz@h",
          "redis://u:secret%0a@h", "redis://u:secret%4@h"})
        CHECK(wrong_with(text) == relay_errc::address_login);
    for (const auto* text :
         {"redis://", "redis:///1", "redis://u:secret@", "redis://h:", "redis://h:0",
          "redis://h:65536", "redis://h:1x", "redis://h,i", "redis://[::1", "redis://[h]",
          "redis://[::1]x", "redis://h:secret/a@b", "redis+sentinel://a,,b/m",
          "redis+sentinel:///m", "redis://h h"})
        CHECK(wrong_with(text) == relay_errc::address_host);
    CHECK(wrong_with("redis+sentinel://a") == relay_errc::address_master);
    CHECK(wrong_with("redis+sentinel://a/") == relay_errc::address_master);
    for (const auto* text :
         {"redis://h/x", "redis://h/-1", "redis://h/65536", "redis://h/1/2",
          "redis+sentinel://a/m/secret"})
        CHECK(wrong_with(text) == relay_errc::address_database);
    for (const auto* text :
         {"redis://h?sentinel_password=secret", "redis://h#x", "redis+sentinel://a/m?",
          "redis+sentinel://a/m?password=secret", "redis+sentinel://a/m?sentinel_user=u",
          "redis+sentinel://a/m?sentinel_password="})
        CHECK(wrong_with(text) == relay_errc::address_option);
}

TEST_CASE("An address is shown without users and passwords", "[relay]")
{
    CHECK(text_of(address_of("redis://:secret@h")) == "redis://h:6379");
    CHECK(text_of(address_of("rediss://u:secret@[::1]/2")) == "rediss://[::1]:6379/2");
    CHECK(
        text_of(address_of("redis+sentinel://u:secret@a,b:1/m/2?sentinel_password=secret")) ==
        "redis+sentinel://a:26379,b:1/m/2");
    CHECK(is_redis_address("redis+sentinel://x"));
    CHECK_FALSE(is_redis_address("https://x/prices/stream"));
}
