#include "feed/errors.hpp"

#include "core/enum_category.hpp"
#include "core/errors.hpp"
#include "net/errors.hpp"
#include "pricing/errors.hpp"
#include "provider/answer_failure.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"

#include <string>

namespace tickertape::feed {
namespace {

std::string text(feed_errc e)
{
    switch (e) {
    case feed_errc::deadline:
        return "no answer before the deadline";
    }
    return "unknown error";
}

// Failures that concern one market's answer. Both rooms can find a dead market: provider by the
// words of the answer, pricing by its bid and ask.
bool is_dead_market(const boost::system::error_code& code) noexcept
{
    return code == provider::provider_errc::dead_market ||
           code == pricing::pricing_errc::dead_market;
}

bool is_unreadable(const boost::system::error_code& code) noexcept
{
    return code == json::json_errc::missing_field || code == json::json_errc::wrong_type;
}

}  // namespace

const boost::system::error_category& feed_category() noexcept
{
    static const enum_category<feed_errc> instance{"tickertape.feed", text};
    return instance;
}

boost::system::error_code make_error_code(feed_errc e) noexcept
{
    return {static_cast<int>(e), feed_category()};
}

std::string_view outcome_of(const boost::system::error_code& code) noexcept
{
    if (net::is_timeout(code) || code == feed_errc::deadline)
        return "deadline";
    if (code == provider::provider_errc::throttled || code == provider::provider_errc::paused ||
        code == provider::provider_errc::breaker_open)
        return "not_asked";
    if (code == provider::provider_errc::unknown_symbol)
        return "unknown_symbol";
    if (provider::is_about_what_was_said(code) || is_dead_market(code) ||
        code == pricing::pricing_errc::stale_quote || code == pricing::pricing_errc::future_quote ||
        code == pricing::pricing_errc::absurd_spread || code == pricing::pricing_errc::outside_book)
        return "refused";
    return "error";
}

std::string_view reason_of(const boost::system::error_code& why) noexcept
{
    if (why == pricing::pricing_errc::stale_quote)
        return "stale";
    if (why == pricing::pricing_errc::future_quote)
        return "future";
    if (is_dead_market(why))
        return "dead_market";
    if (why == pricing::pricing_errc::absurd_spread)
        return "absurd_spread";
    if (why == pricing::pricing_errc::outside_book)
        return "outside_book";
    if (why == pricing::pricing_errc::outlier)
        return "outlier";
    if (why == pricing::pricing_errc::no_volume)
        return "no_volume";
    if (why == core_errc::implausible_price)
        return "bad_price";
    if (why == core_errc::implausible_time)
        return "bad_time";
    if (is_unreadable(why))
        return "unreadable";
    if (why == provider::provider_errc::unknown_symbol ||
        why == provider::provider_errc::subscription_refused)
        return "refused";
    return "other";
}

}  // namespace tickertape::feed
