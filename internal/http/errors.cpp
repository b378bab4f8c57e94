#include "http/errors.hpp"

#include <string>

namespace tickertape::http {
namespace {

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "tickertape.http"; }

    std::string message(int value) const override
    {
        switch (static_cast<http_errc>(value)) {
        case http_errc::too_many_jobs:
            return "more jobs wait for a thread than may";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& http_category() noexcept
{
    static const category instance;
    return instance;
}

boost::system::error_code make_error_code(http_errc e) noexcept
{
    return {static_cast<int>(e), http_category()};
}

}  // namespace tickertape::http
