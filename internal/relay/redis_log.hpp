// The log of a cluster in Redis: one stream, our positions as the ids of its entries.
//
// Keys, with `name` and `kind` as given: clusters of different kinds of feed never mix.
//   <name>:{<kind>}:stream         entries; field p: the id of the entry before, d: the words, b:
//   of
//                                  one that was put back what it followed at first, if not p
//   <name>:{<kind>}:lease          the leader's token, while it has the lease
//   <name>:{<kind>}:mark           a number by chance, another one after something was put back
//   <name>:{<kind>}:slot:<n>       the instance that has the slot
//   <name>:{<kind>}:instance:<i>   what the instance announced; its name is in ...:instances
//   <name>:price:<symbol>          the newest live price, for other programs
//   <name>:<kind>:price:<symbol>   the same of another kind of feed
//
// Two connections: one that waits for entries, one for everything else. A call that finds none
// waits for its turn to connect, so that a caller that tries again at once does no harm.
//
// Threads: one strand, that of the executor.
#pragma once

#include "relay/redis_answers.hpp"
#include "relay/redis_link.hpp"
#include "relay/redis_scripts.hpp"
#include "relay/shared_log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace tickertape::telemetry {
class logger;
}

namespace tickertape::relay {

struct redis_log_settings {
    redis_log_settings();
    ~redis_log_settings();
    redis_log_settings(const redis_log_settings&);
    redis_log_settings(redis_log_settings&&) noexcept;
    redis_log_settings& operator=(const redis_log_settings&);
    redis_log_settings& operator=(redis_log_settings&&) noexcept;

    redis_address address;
    redis_limits limits;
    std::string name;               // "tickertape"
    std::string kind;               // of the feed: "live"
    std::uint64_t entries_max = 0;  // about; at least 1
};

// Counted since the start; of both connections together.
struct redis_figures {
    link_figures links;
    std::uint64_t script_loads = 0;    // a server did not have a script
    std::uint64_t entries_passed = 0;  // entries of the stream that are none of ours
    std::string server;                // host:port that is connected, or was last
    bool is_connected = false;
};

class redis_log final : public shared_log {
public:
    static constexpr std::size_t instances_max = 64;

    // Connects when it is first asked. `trust` and `log` outlive this. `random`: [0, 1).
    redis_log(
        boost::asio::any_io_executor executor, redis_log_settings settings,
        boost::asio::ssl::context& trust, const telemetry::logger& log,
        std::function<double()> random, net::resolve_function lookup = net::system_resolve);
    ~redis_log() override;
    redis_log(const redis_log&) = delete;
    redis_log& operator=(const redis_log&) = delete;

    // Errors of append() and heal() also: relay_errc::bad_entry, of a batch that is empty or no
    // chain of ascending ids, or of an entry that is too long. Nothing was sent then. A batch that
    // is appended, and of which the log has the beginning, is gone on with.
    task<append_answer>
    append(const std::string& token, position after, const std::vector<entry>& batch) override;
    task<append_answer> heal(position after, const std::vector<entry>& batch) override;
    task<std::vector<entry>> read(position after, std::size_t most, milliseconds wait) override;
    std::uint64_t foreign() const override { return entries_passed_; }
    std::string read_from() const override { return reading_.run_id(); }
    task<std::vector<entry>> read_back(position from, std::size_t most) override;
    task<log_state> look() override;
    task<lease_answer> lease(const std::string& token, milliseconds lifetime) override;
    task<void> resign(const std::string& token) override;
    task<unsigned>
    claim_slot(const std::string& instance, unsigned wanted, milliseconds lifetime) override;
    task<std::vector<announced>> announce(const announced& self, milliseconds lifetime) override;
    task<put_outcome> put_latest(
        const std::string& token, const std::vector<std::pair<std::string, std::string>>& prices,
        milliseconds lifetime) override;

    redis_figures figures() const;

private:
    using code_task = boost::asio::awaitable<boost::system::error_code>;

    code_task run(redis_script& script, command keys_and_arguments, reply& r, steady_time until)
    {
        return run(calling_, script, std::move(keys_and_arguments), r, until);
    }
    code_task
    run(redis_link& on, redis_script& script, command keys_and_arguments, reply& r,
        steady_time until);
    // Where an answer was too long: without what is none of ours.
    task<stream_part>
    read_carefully(std::string direction, std::string from, std::string to, std::size_t most);
    task<stream_part> read_part_back(std::string from, std::size_t most);
    void pass_over(const stream_part& part);
    code_task
    ask(redis_link& link, const std::vector<command>& questions, std::vector<reply>& replies,
        steady_time until, steady_time::duration limit);
    task<append_answer>
    put(redis_script& script, std::string token, position after, const std::vector<entry>& batch);
    std::string key(const std::string& last) const;
    steady_time end_of_call() const;
    void note_time(const log_state& heard);
    std::int64_t last_server_ms() const;

    const redis_log_settings settings_;
    const telemetry::logger& says_;
    attempt_pace pace_;
    redis_link reading_;
    redis_link calling_;
    redis_scripts scripts_;
    std::mt19937_64 marks_{std::random_device{}()};
    std::uint64_t connections_seen_ = 0;
    std::uint64_t script_loads_ = 0;
    std::uint64_t entries_passed_ = 0;
    bool was_too_long_ = false;  // the last answer with entries
    // How far the server's clock is ahead of our monotonic one; none before it has said.
    std::optional<milliseconds> server_ahead_;
};

}  // namespace tickertape::relay
