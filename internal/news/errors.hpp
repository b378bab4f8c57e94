// Why the body of an answer is no feed, or not all of one.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace tickertape::news {

enum class news_errc {
    too_large = 1,  // more than feed_bytes_max
    not_xml,        // malformed, from some place on
    not_a_feed,     // XML or a page for people, but neither RSS nor Atom
    doctype,        // it declares a document type, which may define entities
    too_deep,       // more than depth_max elements in each other
    no_items,       // it has items, and none of them can be shown
    bad_redirect,   // to no address, to a worse scheme, or one too many
};

const boost::system::error_category& news_category() noexcept;
boost::system::error_code make_error_code(news_errc e) noexcept;

}  // namespace tickertape::news

template <>
struct boost::system::is_error_code_enum<tickertape::news::news_errc> : std::true_type {
};
