#include "news/errors.hpp"

#include "core/enum_category.hpp"

#include <string>

namespace tickertape::news {
namespace {

std::string text(news_errc e)
{
    switch (e) {
    case news_errc::too_large:
        return "the feed is too large";
    case news_errc::not_xml:
        return "the feed is malformed XML";
    case news_errc::not_a_feed:
        return "the answer is neither RSS nor Atom";
    case news_errc::doctype:
        return "the feed declares a document type, which is refused";
    case news_errc::too_deep:
        return "the feed nests its elements too deeply";
    case news_errc::no_items:
        return "none of the feed's items can be shown";
    case news_errc::bad_redirect:
        return "the feed redirects to where we do not follow";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& news_category() noexcept
{
    static const enum_category<news_errc> instance{"tickertape.news", text};
    return instance;
}

boost::system::error_code make_error_code(news_errc e) noexcept
{
    return {static_cast<int>(e), news_category()};
}

}  // namespace tickertape::news
