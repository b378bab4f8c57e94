// Why a request to another host failed.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <string>

namespace tickertape {

// A code for callers to branch on, and words for the log.
struct fetch_error {
    boost::system::error_code code;
    std::string detail{};  // more words for the log, bounded and without control characters
    int http_status = 0;   // 0: there was no answer, or its status was 200
};

// "the host refuses the WebSocket: slow down (429)"
std::string words_of(const fetch_error& error);

// Called by result::value() without a value. We do not call value() unless there is one.
[[noreturn]] void
throw_exception_from_error(const fetch_error& error, const boost::source_location& where);

template <class T>
using fetched = boost::system::result<T, fetch_error>;

}  // namespace tickertape
