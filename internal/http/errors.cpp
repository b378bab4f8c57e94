#include "http/errors.hpp"

#include "core/enum_category.hpp"

#include <string>

namespace tickertape::http {
namespace {

std::string text(http_errc e)
{
    switch (e) {
    case http_errc::too_many_jobs:
        return "more jobs wait for a thread than may";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& http_category() noexcept
{
    static const enum_category<http_errc> instance{"tickertape.http", text};
    return instance;
}

boost::system::error_code make_error_code(http_errc e) noexcept
{
    return {static_cast<int>(e), http_category()};
}

}  // namespace tickertape::http
