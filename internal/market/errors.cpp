#include "market/errors.hpp"

#include "core/enum_category.hpp"

#include <string>

namespace tickertape::market {
namespace {

std::string meaning_of(market_errc e)
{
    switch (e) {
    case market_errc::not_the_chain:
        return "not Bitcoin's chain";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& market_category() noexcept
{
    static const enum_category<market_errc> instance{"tickertape.market", meaning_of};
    return instance;
}

boost::system::error_code make_error_code(market_errc e) noexcept
{
    return {static_cast<int>(e), market_category()};
}

}  // namespace tickertape::market
