#include "http/field_scanner.hpp"

#include <string_view>

namespace tickertape::http {
namespace {

bool is_token(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos);
}

bool is_visible(char c) noexcept
{
    return c > ' ' && c < '\x7f';
}

// Bytes beyond ASCII mean nothing to us, and RFC 9110 lets them be.
bool is_in_value(char c) noexcept
{
    return is_visible(c) || c == ' ' || c == '\t' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

scanned request_line_scanner::take(char c) noexcept
{
    static constexpr std::string_view version = "HTTP/1.";
    const auto index = in_part_++;
    switch (in_) {
    case part::method:
    case part::target:
        if (c == ' ' && index > 0) {
            in_ = in_ == part::method ? part::target : part::version;
            in_part_ = 0;
            return scanned::more;
        }
        return (in_ == part::method ? is_token(c) : is_visible(c)) ? scanned::more : scanned::bad;
    case part::version:
        if (index < version.size())
            return c == version[index] ? scanned::more : scanned::bad;
        if (index == version.size())
            return c == '0' || c == '1' ? scanned::more : scanned::bad;
        in_ = part::line_feed;
        return c == '\r' ? scanned::more : scanned::bad;
    case part::line_feed:
        break;
    }
    return c == '\n' ? scanned::end : scanned::bad;
}

scanned field_scanner::take(char c) noexcept
{
    switch (in_) {
    case part::start:
        if (c == '\r') {
            in_ = part::last_line_feed;
            return scanned::more;
        }
        // A blank here would make the line a part of the one before, for some.
        in_ = part::name;
        return is_token(c) ? scanned::more : scanned::bad;
    case part::name:
        if (c == ':') {
            in_ = part::value;
            return scanned::more;
        }
        return is_token(c) ? scanned::more : scanned::bad;
    case part::value:
        if (c == '\r') {
            in_ = part::line_feed;
            return scanned::more;
        }
        return is_in_value(c) ? scanned::more : scanned::bad;
    case part::line_feed:
        in_ = part::start;
        return c == '\n' ? scanned::more : scanned::bad;
    case part::last_line_feed:
        break;
    }
    return c == '\n' ? scanned::end : scanned::bad;
}

}  // namespace tickertape::http
