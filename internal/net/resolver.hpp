// Looks up the addresses of a host's name, and never waits longer than allowed.
//
// The system's resolver cannot be interrupted: it may block for half a minute on a name server that
// is gone, and Asio's own resolver would hold the io_context for as long. So the call runs on a
// thread that nobody joins. It shares only the small state below with us; both keep that alive.
//
// Threads: one strand; only the state is shared with the lookup's own thread.
#pragma once

#include "core/errors.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tickertape::net {

using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

// Blocks. Called on any thread.
// Errors: net_errc::host_not_found, ::resolve_failed.
using resolve_function = std::function<result<endpoints>(std::string host, std::string port)>;

// The system's resolver.
result<endpoints> system_resolve(std::string host, std::string port);

class resolver {
public:
    // At most this many addresses of a host are tried.
    static constexpr std::size_t endpoints_max = 16;

    // `executor` is a strand, and outlives this.
    resolver(boost::asio::any_io_executor executor, resolve_function blocking);
    // A call still under way is left alone; its answer is dropped.
    ~resolver();
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;

    // Returns the addresses of one host, always the same host. One caller at a time. At most one
    // lookup is under way: if its answer comes too late for its caller, the next caller gets it.
    // Errors: what the blocking function gives; net_errc::resolve_timeout; operation_aborted.
    boost::asio::awaitable<result<endpoints>>
    resolve(std::string host, std::string port, std::chrono::steady_clock::duration limit);

private:
    struct shared_state;

    void begin(std::string host, std::string port);

    boost::asio::any_io_executor executor_;
    resolve_function blocking_;
    std::shared_ptr<shared_state> under_way_;
};

}  // namespace tickertape::net
