// What can be wrong with an answer on the market that is otherwise well formed.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace tickertape::market {

enum class market_errc {
    not_the_chain = 1,  // blocks that Bitcoin's chain cannot have at this time
};

const boost::system::error_category& market_category() noexcept;
boost::system::error_code make_error_code(market_errc e) noexcept;

}  // namespace tickertape::market

template <>
struct boost::system::is_error_code_enum<tickertape::market::market_errc> : std::true_type {
};
