// Something that answers HTTP requests to one host: the client of http_client.hpp, or a stand-in
// without a network.
//
// Threads: one strand.
#pragma once

#include "core/fetch_error.hpp"
#include "net/http_message.hpp"
#include "net/limits.hpp"
#include "net/url.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>

namespace tickertape::net {

class http_asker {
public:
    virtual ~http_asker() = default;

    // Every valid answer, also those with an error status. Cancelling the caller ends the request.
    // Never throws.
    virtual boost::asio::awaitable<fetched<http_response>> send(http_request request) = 0;
};

using make_asker = std::function<std::unique_ptr<http_asker>(const base_url&, const http_limits&)>;

}  // namespace tickertape::net
