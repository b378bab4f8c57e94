// How Catch2 shows a result: as the value or error it holds, where those can be shown.
#pragma once

#include "core/fetch_error.hpp"
#include "support/catch.hpp"

#include <boost/system/result.hpp>

namespace Catch {

template <class T, class E>
struct StringMaker<boost::system::result<T, E>> {
    static std::string convert(const boost::system::result<T, E>& r)
    {
        if (r)
            return "a value";
        if constexpr (std::is_same_v<E, tickertape::fetch_error>)
            return r.error().code.message() + ": " + r.error().detail;
        else
            return r.error().message();
    }
};

}  // namespace Catch
