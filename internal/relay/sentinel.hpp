// Asks the Sentinels which server is the master, each time anew.
//
// Threads: one strand.
#pragma once

#include "relay/redis_dialing.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace tickertape::relay {

class sentinels {
public:
    // `with` has an address with Sentinels.
    explicit sentinels(const redis_dialing& with);

    // Asks one Sentinel after the other, beginning with the one that answered last. One call at a
    // time; `found` outlives it. Never throws.
    // Errors: relay_errc::refused, if one wants another password; ::unreachable, if none answers,
    // or none knows the master; operation_aborted.
    boost::asio::awaitable<boost::system::error_code> find_master(redis_host& found);

private:
    boost::asio::awaitable<boost::system::error_code> ask(net::dialer& sentinel, redis_host& found);

    redis_dialing with_;
    std::vector<std::unique_ptr<net::dialer>> dialers_;
    std::size_t first_ = 0;
};

}  // namespace tickertape::relay
