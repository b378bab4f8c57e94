// The value a parser gave. A refusal fails the test that counted on it.
#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>

namespace tickertape {

template <class T, class E>
T taken(const boost::system::result<T, E>& read)
{
    if (!read)
        throw std::runtime_error{"refused"};
    return *read;
}

}  // namespace tickertape
