#include "provider/errors.hpp"

#include "core/enum_category.hpp"

#include <string>

namespace tickertape::provider {
namespace {

std::string text(provider_errc e)
{
    switch (e) {
    case provider_errc::http_status:
        return "the provider answered with an error";
    case provider_errc::rate_limited:
        return "the provider says we ask too often";
    case provider_errc::html_instead_of_json:
        return "a web page instead of JSON";
    case provider_errc::dead_market:
        return "nobody trades in this market";
    case provider_errc::unknown_symbol:
        return "unknown symbol";
    case provider_errc::batch_refused:
        return "one of several symbols made the provider refuse them all";
    case provider_errc::key_refused:
        return "the provider wants an API key, or another one";
    case provider_errc::subscription_refused:
        return "the provider refuses the subscription";
    case provider_errc::throttled:
        return "the provider's limit leaves no request for now";
    case provider_errc::paused:
        return "the provider told us to wait";
    case provider_errc::breaker_open:
        return "failed too often to be asked now";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& provider_category() noexcept
{
    static const enum_category<provider_errc> instance{"tickertape.provider", text};
    return instance;
}

boost::system::error_code make_error_code(provider_errc e) noexcept
{
    return {static_cast<int>(e), provider_category()};
}

}  // namespace tickertape::provider
