#include "feed/errors.hpp"

namespace tickertape {
namespace {

const char* meaning(feed_errc e) noexcept
{
    switch (e) {
    case feed_errc::deadline:
        return "no answer before the deadline";
    case feed_errc::http_status:
        return "the provider answered with an error";
    case feed_errc::rate_limited:
        return "the provider says we ask too often";
    case feed_errc::html_instead_of_json:
        return "a web page instead of JSON";
    case feed_errc::not_json:
        return "not JSON";
    case feed_errc::json_too_deep:
        return "JSON nested too deeply";
    case feed_errc::number_out_of_range:
        return "a number out of range";
    case feed_errc::missing_field:
        return "a field is missing";
    case feed_errc::wrong_type:
        return "a field has the wrong type";
    case feed_errc::bad_price:
        return "not a price";
    case feed_errc::bad_time:
        return "not a time";
    case feed_errc::stale_quote:
        return "the price is too old to be shown as live";
    case feed_errc::future_quote:
        return "the price is from the future";
    case feed_errc::dead_market:
        return "nobody trades in this market";
    case feed_errc::absurd_spread:
        return "bid and ask are too far apart";
    case feed_errc::outside_book:
        return "the last trade is far from bid and ask";
    case feed_errc::outlier:
        return "too far from what the other providers say";
    case feed_errc::no_quote:
        return "no provider says a price";
    case feed_errc::no_quorum:
        return "too few providers say a price";
    case feed_errc::disagreement:
        return "the providers disagree";
    case feed_errc::unknown_symbol:
        return "unknown symbol";
    case feed_errc::batch_refused:
        return "one of several symbols made the provider refuse them all";
    case feed_errc::key_refused:
        return "the provider wants an API key, or another one";
    case feed_errc::throttled:
        return "the provider's limit leaves no request for now";
    case feed_errc::paused:
        return "the provider told us to wait";
    case feed_errc::breaker_open:
        return "failed too often to be asked now";
    case feed_errc::subscription_refused:
        return "the provider refuses the subscription";
    case feed_errc::symbol_missing:
        return "no symbol, and more than one is configured";
    case feed_errc::line_too_long:
        return "the line is too long";
    case feed_errc::no_usable_column:
        return "needs a column time_ms, time_s, time or date and a column price, close, price_usd "
               "or close_usd";
    }
    return "unknown error";
}

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "tickertape.feed"; }
    std::string message(int value) const override { return meaning(static_cast<feed_errc>(value)); }
};

}  // namespace

const boost::system::error_category& feed_category() noexcept
{
    static const category instance;
    return instance;
}

boost::system::error_code make_error_code(feed_errc e) noexcept
{
    return {static_cast<int>(e), feed_category()};
}

std::string_view outcome_of(const boost::system::error_code& code) noexcept
{
    if (net::is_timeout(code))
        return "deadline";
    if (code.category() != feed_category())
        return "error";
    switch (static_cast<feed_errc>(code.value())) {
    case feed_errc::deadline:
        return "deadline";
    case feed_errc::missing_field:
    case feed_errc::wrong_type:
    case feed_errc::bad_price:
    case feed_errc::bad_time:
    case feed_errc::stale_quote:
    case feed_errc::future_quote:
    case feed_errc::dead_market:
    case feed_errc::absurd_spread:
    case feed_errc::outside_book:
        return "refused";
    case feed_errc::throttled:
    case feed_errc::paused:
    case feed_errc::breaker_open:
        return "not_asked";
    case feed_errc::unknown_symbol:
        return "unknown_symbol";
    default:
        return "error";
    }
}

bool is_about_what_was_said(const boost::system::error_code& code) noexcept
{
    return code == feed_errc::missing_field || code == feed_errc::wrong_type ||
           code == feed_errc::bad_price || code == feed_errc::bad_time ||
           code == feed_errc::dead_market;
}

std::string_view reason_of(feed_errc why) noexcept
{
    switch (why) {
    case feed_errc::stale_quote:
        return "stale";
    case feed_errc::future_quote:
        return "future";
    case feed_errc::dead_market:
        return "dead_market";
    case feed_errc::absurd_spread:
        return "absurd_spread";
    case feed_errc::outside_book:
        return "outside_book";
    case feed_errc::outlier:
        return "outlier";
    case feed_errc::bad_price:
        return "bad_price";
    case feed_errc::bad_time:
        return "bad_time";
    case feed_errc::missing_field:
    case feed_errc::wrong_type:
        return "unreadable";
    case feed_errc::unknown_symbol:
    case feed_errc::subscription_refused:
        return "refused";
    default:
        return "other";
    }
}

}  // namespace tickertape
