#include "core/errors.hpp"

#include "core/enum_category.hpp"

#include <string>

namespace tickertape {
namespace {

std::string text(core_errc e)
{
    switch (e) {
    case core_errc::bad_position:
        return "not a position: expected <milliseconds>-<counter>, as in the id of an event";
    case core_errc::bad_price:
        return "not a finite decimal number";
    case core_errc::price_not_positive:
        return "a price must be greater than zero";
    case core_errc::bad_symbol:
        return "not a symbol: expected BASE-QUOTE, letters and digits, as in BTC-USD";
    case core_errc::too_many_symbols:
        return "more symbols than one server holds";
    case core_errc::bad_timestamp:
        return "not a time: expected Unix seconds, 13 digits of milliseconds, or RFC 3339";
    case core_errc::too_many_sources:
        return "more distinct price sources than one server keeps names for";
    case core_errc::implausible_price:
        return "not a price";
    case core_errc::implausible_time:
        return "not a time";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& core_category() noexcept
{
    static const enum_category<core_errc> instance{"tickertape.core", text};
    return instance;
}

boost::system::error_code make_error_code(core_errc e) noexcept
{
    return {static_cast<int>(e), core_category()};
}

}  // namespace tickertape
