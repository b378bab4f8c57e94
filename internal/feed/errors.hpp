// The errors between a provider and a price, and the labels under which they are counted.
//
// The codes are those of the rooms on the way: net_errc, json_errc, provider_errc, pricing_errc.
#pragma once

#include "core/fetch_error.hpp"

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

#include <string_view>

namespace tickertape::feed {

enum class feed_errc {
    deadline = 1,  // the provider's share of the round was over
};

const boost::system::error_category& feed_category() noexcept;
boost::system::error_code make_error_code(feed_errc e) noexcept;

// The label of tickertape_fetches_total: error, deadline, refused, unknown_symbol, not_asked.
std::string_view outcome_of(const boost::system::error_code& code) noexcept;

// Why a quote is set aside, as a label: "outlier", "stale", "dead_market".
std::string_view reason_of(const boost::system::error_code& why) noexcept;

}  // namespace tickertape::feed

template <>
struct boost::system::is_error_code_enum<tickertape::feed::feed_errc> : std::true_type {
};
