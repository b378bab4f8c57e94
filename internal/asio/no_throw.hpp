// How every room awaits: errors come back as values, as the first element of a tuple.
//
// It is ours, and here because it is all that the rooms share of Asio.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tickertape {

namespace asio = boost::asio;

inline constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

}  // namespace tickertape
