#include "provider/answer_failure.hpp"

#include "core/errors.hpp"
#include "net/errors.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"

#include <algorithm>
#include <array>

namespace tickertape::provider {

using boost::system::error_code;

namespace {

bool concerns_one_market(const error_code& code) noexcept
{
    return code == provider_errc::unknown_symbol || code == provider_errc::dead_market ||
           code == provider_errc::batch_refused;
}

// Bad request, not found, gone, unprocessable.
constexpr std::array may_mean_a_market{400, 404, 410, 422};

constexpr std::array of_the_way{net::net_errc::resolve_timeout,   net::net_errc::connect_timeout,
                                net::net_errc::connect_failed,    net::net_errc::handshake_timeout,
                                net::net_errc::response_timeout,  net::net_errc::connection_lost,
                                net::net_errc::response_truncated};

}  // namespace

bool is_about_what_was_said(const error_code& code) noexcept
{
    return code == json::json_errc::missing_field || code == json::json_errc::wrong_type ||
           code == core_errc::implausible_price || code == core_errc::implausible_time ||
           code == provider_errc::dead_market;
}

std::optional<fetch_error> failure_of(const answers& said)
{
    for (const auto& answer : said)
        if (*answer || concerns_one_market(answer->error().code))
            return std::nullopt;
    return said.front()->error();
}

bool is_unexplained(std::span<const market> batch, const fetch_error& why) noexcept
{
    return batch.size() == 1 && why.code == provider_errc::http_status &&
           std::ranges::find(may_mean_a_market, why.http_status) != may_mean_a_market.end();
}

bool may_pass(const fetch_error& why) noexcept
{
    if (why.http_status != 0)
        return why.http_status >= 500;
    return std::ranges::any_of(of_the_way, [&](net::net_errc code) { return why.code == code; });
}

bool is_about_the_host(const fetch_error& why) noexcept
{
    if (is_about_what_was_said(why.code))
        return false;
    return why.http_status == 0 || why.http_status == 403 || why.http_status == 451 ||
           why.http_status >= 500;
}

}  // namespace tickertape::provider
