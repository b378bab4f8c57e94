// A Redis, or a Sentinel, of the tests: on a free port of loopback, with a directory of its own and
// its log of commands (AOF) on. It ends with this object, and with the process at the latest.
//
// Threads: a test's own; all calls block.
#pragma once

#include "relay/resp.hpp"

#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace tickertape::testing {

class own_redis {
public:
    enum class kind { server, sentinel };

    // `lines`: of its configuration, such as "requirepass x". Throws std::runtime_error if it does
    // not start.
    explicit own_redis(std::vector<std::string> lines = {}, kind is = kind::server);
    ~own_redis();
    own_redis(const own_redis&) = delete;
    own_redis& operator=(const own_redis&) = delete;

    const std::string& port() const noexcept { return port_; }
    std::string url() const { return "redis://127.0.0.1:" + port_; }
    const std::string& directory() const noexcept { return directory_; }

    // A port that nobody has at this moment.
    static std::string free_port();

    // Asks over a connection of its own, as the user without a password.
    relay::reply ask(const relay::command& c) const;
    // The same, logged in.
    relay::reply ask_as(const relay::command& login, const relay::command& c) const;

    // Like the loss of a machine; start() begins it anew on the same port, with what it has
    // written.
    void kill();
    void start();
    bool is_running() const noexcept { return pid_ > 0; }
    // Stands still and goes on: connections stay open, nothing is answered.
    void pause();
    void go_on();

private:
    bool try_start();
    bool answers() const;

    kind kind_;
    std::vector<std::string> lines_;
    std::string directory_;
    std::string port_;
    ::pid_t pid_ = 0;
};

}  // namespace tickertape::testing
