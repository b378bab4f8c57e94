// Where the Redis of a cluster is, as operators give it:
//
//   redis://[[user]:password@]host[:6379][/database]
//   rediss://...                                                     the same over TLS
//   redis+sentinel://[[user]:password@]host[:26379],host.../master[/database]
//       [?sentinel_user=...&sentinel_password=...]
//   rediss+sentinel://...                                            Sentinels and Redis over TLS
//
// `master` is the name under which the Sentinels know it. User and password before the @ are those
// of Redis; the Sentinels have theirs in the query, if they want any. Characters that have a
// meaning in a URL are written %40 in them.
//
// Threads: any.
#pragma once

#include "core/errors.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::relay {

struct redis_host {
    std::string name;  // or an address, without brackets
    std::string port;  // digits

    friend bool operator==(const redis_host&, const redis_host&) = default;
};

// Empty: the server asks for none. A password without a user is that of the user "default".
struct redis_login {
    std::string user;
    std::string password;

    friend bool operator==(const redis_login&, const redis_login&) = default;
};

struct redis_address {
    static constexpr std::size_t hosts_max = 16;
    static constexpr unsigned database_max = 65'535;

    bool is_tls = false;
    std::vector<redis_host> hosts{};  // one; or of the Sentinels, at least one
    std::string master{};             // empty: no Sentinels
    unsigned database = 0;
    redis_login login{};
    redis_login sentinel_login{};

    bool has_sentinels() const noexcept { return !master.empty(); }

    friend bool operator==(const redis_address&, const redis_address&) = default;
};

// Whether it begins as one of the four forms above.
bool is_redis_address(std::string_view text) noexcept;

// The errors say which part is wrong and never repeat it.
// Errors: relay_errc::address_scheme, ::address_login, ::address_host, ::address_master,
// ::address_database, ::address_option.
result<redis_address> parse_redis_address(std::string_view text);

// For logs: the same address without users and passwords. It need not be the text that was given.
std::string text_of(const redis_address& address);
// "host:6379", "[::1]:6379"
std::string text_of(const redis_host& host);

}  // namespace tickertape::relay
