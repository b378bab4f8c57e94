#include "synthetic/errors.hpp"

#include "core/enum_category.hpp"

#include <string>

namespace tickertape::synthetic {
namespace {

std::string text(synthetic_errc e)
{
    switch (e) {
    case synthetic_errc::symbol_missing:
        return "no symbol, and more than one is configured";
    case synthetic_errc::unknown_symbol:
        return "unknown symbol";
    case synthetic_errc::line_too_long:
        return "the line is too long";
    case synthetic_errc::no_usable_column:
        return "needs a column time_ms, time_s, time, timestamp or date and a column price, "
               "close, "
               "price_usd or close_usd";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& synthetic_category() noexcept
{
    static const enum_category<synthetic_errc> instance{"tickertape.synthetic", text};
    return instance;
}

boost::system::error_code make_error_code(synthetic_errc e) noexcept
{
    return {static_cast<int>(e), synthetic_category()};
}

}  // namespace tickertape::synthetic
