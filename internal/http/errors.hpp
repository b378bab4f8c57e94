// What can go wrong in this room that a handler may want to tell apart.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace tickertape::http {

enum class http_errc {
    too_many_jobs = 1,  // a job_queue holds as many as it may
};

const boost::system::error_category& http_category() noexcept;
boost::system::error_code make_error_code(http_errc e) noexcept;

}  // namespace tickertape::http

template <>
struct boost::system::is_error_code_enum<tickertape::http::http_errc> : std::true_type {
};
