#include "json/errors.hpp"

#include <string>

namespace tickertape::json {
namespace {

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "tickertape.json"; }

    std::string message(int value) const override
    {
        switch (static_cast<json_errc>(value)) {
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
};

}  // namespace

const boost::system::error_category& json_category() noexcept
{
    static const category instance;
    return instance;
}

boost::system::error_code make_error_code(json_errc e) noexcept
{
    return {static_cast<int>(e), json_category()};
}

}  // namespace tickertape::json
