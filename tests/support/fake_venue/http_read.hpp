// Reads one request, body and all.
#pragma once

#include "asio/no_throw.hpp"
#include "support/fake_venue/http_text.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/completion_condition.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>

#include <cstdlib>

namespace fake_venue {

inline constexpr std::size_t request_bytes_max = 1024 * 1024;

// `pending` holds what was read and not used, and lives as long as the connection. None: it is
// over, or speaks no HTTP.
template <class Stream>
boost::asio::awaitable<std::optional<http_request>>
read_request(Stream& stream, std::string& pending)
{
    const auto [ec, size] = co_await boost::asio::async_read_until(
        stream, boost::asio::dynamic_buffer(pending, request_bytes_max), "\r\n\r\n",
        tickertape::no_throw);
    if (ec)
        co_return std::nullopt;
    auto request = parse_request(std::string_view{pending}.substr(0, size));
    pending.erase(0, size);
    if (!request)
        co_return std::nullopt;
    const auto length =
        std::strtoul(std::string{request->header("content-length")}.c_str(), nullptr, 10);
    if (length > request_bytes_max)
        co_return std::nullopt;
    if (pending.size() < length) {
        const auto [failed, more] = co_await boost::asio::async_read(
            stream, boost::asio::dynamic_buffer(pending, request_bytes_max),
            boost::asio::transfer_at_least(length - pending.size()), tickertape::no_throw);
        if (failed)
            co_return std::nullopt;
    }
    request->body = pending.substr(0, length);
    pending.erase(0, length);
    co_return request;
}

}  // namespace fake_venue
