#include "core/fetch_error.hpp"

#include <boost/system/system_error.hpp>
#include <boost/throw_exception.hpp>

namespace tickertape {

void throw_exception_from_error(const fetch_error& error, const boost::source_location& where)
{
    boost::throw_exception(boost::system::system_error{error.code, error.detail}, where);
}

std::string words_of(const fetch_error& error)
{
    auto words = error.code.message();
    if (!error.detail.empty())
        words += ": " + error.detail;
    if (error.http_status != 0)
        words += " (" + std::to_string(error.http_status) + ")";
    return words;
}

}  // namespace tickertape
