#include "json/errors.hpp"

#include "core/enum_category.hpp"

#include <string>

namespace tickertape::json {
namespace {

std::string text(json_errc e)
{
    switch (e) {
    case json_errc::not_json:
        return "not JSON";
    case json_errc::too_deep:
        return "JSON nested too deeply";
    case json_errc::number_out_of_range:
        return "a number out of range";
    case json_errc::missing_field:
        return "a field is missing";
    case json_errc::wrong_type:
        return "a field has the wrong type";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& json_category() noexcept
{
    static const enum_category<json_errc> instance{"tickertape.json", text};
    return instance;
}

boost::system::error_code make_error_code(json_errc e) noexcept
{
    return {static_cast<int>(e), json_category()};
}

}  // namespace tickertape::json
