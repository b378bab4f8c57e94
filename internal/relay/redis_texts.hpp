// Texts that the instances of a cluster have from their leader, in the Redis that they share: of
// each name the last one, with a version that tells it from the one before.
//
// Keys, beside those of redis_log.hpp:
//   <name>:{<kind>}:figures:<text>           the text
//   <name>:{<kind>}:figures:<text>:version
//   <name>:{<kind>}:figures:<text>:read      while somebody reads it on an instance that follows
//   <name>:{<kind>}:figures:wanted           names of texts that instances want the leader to put
//
// A connection of its own: a lease is not renewed behind a megabyte. It needs no right that the log
// does not need.
//
// Coroutines as in shared_log.hpp: they never throw, have a deadline, and end soon after they are
// cancelled. One call at a time. Threads: one strand, that of the executor.
#pragma once

#include "relay/redis_link.hpp"
#include "relay/redis_log.hpp"
#include "relay/shared_log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tickertape::relay {

// A longer text is not put.
inline constexpr std::size_t shared_text_bytes_max = 16 * 1024 * 1024;

// Names of texts that are wanted, all together and with a byte each. With more, one is not noted.
inline constexpr std::size_t wanted_bytes_max = 16 * 1024;

struct shared_text {
    std::string version;  // empty: there is none
    std::string text;
};

// Versions that no other instance gives, and no other life of this one.
class text_versions {
public:
    text_versions();

    std::string next() { return life_ + '-' + std::to_string(++given_); }

private:
    const std::string life_;
    std::uint64_t given_ = 0;
};

enum class want_outcome { noted, too_many };

class redis_texts {
public:
    template <class T>
    using task = boost::asio::awaitable<result<T>>;
    using milliseconds = std::chrono::milliseconds;

    // How long a text is there after it was put, and how long one reader counts.
    static constexpr milliseconds kept_for = std::chrono::days{7};
    static constexpr milliseconds read_for = std::chrono::seconds{10};
    // How long a text is wanted if it is not asked for again.
    static constexpr milliseconds wanted_for = std::chrono::seconds{10};

    // As redis_log. Of the settings `entries_max` is not used.
    redis_texts(
        boost::asio::any_io_executor executor, redis_log_settings settings,
        boost::asio::ssl::context& trust, const telemetry::logger& log,
        std::function<double()> random, net::resolve_function lookup = net::system_resolve);
    redis_texts(const redis_texts&) = delete;
    redis_texts& operator=(const redis_texts&) = delete;

    struct standing {
        std::string version;  // empty: there is none
        bool is_read = false;
    };
    // Of each of these names; and says which of them are read here.
    task<std::vector<standing>>
    look(const std::vector<std::string>& names, const std::vector<std::string>& read_here);
    task<shared_text> fetch(const std::string& name);
    // `token`: who holds the lease. Errors also: relay_errc::bad_entry, of a text that is too long;
    // nothing was sent then.
    task<put_outcome>
    put(const std::string& token, const std::string& name, const shared_text& what,
        milliseconds life = kept_for);
    // Notes that the text is wanted, once; `name` has no line break.
    task<want_outcome> want(const std::string& name);
    // All that are wanted; they are not any more then.
    task<std::vector<std::string>> take_wanted();

    const link_figures& figures() const noexcept { return link_.figures(); }

private:
    using code_task = boost::asio::awaitable<boost::system::error_code>;

    // The replies of a server that refused none of the questions.
    code_task ask(const std::vector<command>& questions, std::vector<reply>& replies);
    // What the script says, which is loaded where the server does not know it.
    task<reply> run(redis_script& script, command keys_and_arguments);
    // The number that the script says.
    task<std::int64_t> number_of(redis_script& script, command keys_and_arguments);
    std::string key(const std::string& name, const char* part) const;

    const redis_log_settings settings_;
    attempt_pace pace_;
    redis_link link_;
    redis_script put_;
    redis_script want_;
    redis_script take_wanted_;
};

}  // namespace tickertape::relay
