// What a provider may answer instead of a price, and why it may not be asked now.
// What goes wrong on the way there and back is net::net_errc; with its JSON, json_errc.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace tickertape::provider {

enum class provider_errc {
    http_status = 1,       // any other status than 200
    rate_limited,          // status 429 or 418
    html_instead_of_json,  // a page for people, as proxies and walls send
    dead_market,           // nothing was traded for a day
    unknown_symbol,        // not sold here
    batch_refused,
    key_refused,
    subscription_refused,  // it will not send that market
    throttled,
    paused,
    breaker_open,
};

const boost::system::error_category& provider_category() noexcept;
boost::system::error_code make_error_code(provider_errc e) noexcept;

}  // namespace tickertape::provider

template <>
struct boost::system::is_error_code_enum<tickertape::provider::provider_errc> : std::true_type {
};
