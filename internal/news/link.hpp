// Links of feeds: made absolute and fit to be clicked on.
//
// Pure. Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tickertape::news {

// The address that `text` is on a page at `base`: http or https with a host, at most
// link_bytes_max, visible ASCII. White space at the ends and line breaks within are left out.
// `base` may be empty; then only absolute ones are any.
// None: javascript:, mailto:, user:password@, and what is no address.
std::optional<std::string> absolute_link(std::string_view text, std::string_view base = {});

// The same without members of the query that count readers (utm_source).
std::optional<std::string> link_of(std::string_view text, std::string_view base = {});

// What tells two links apart: without query and fragment.
std::string_view without_query(std::string_view link) noexcept;

// The host of a link as readers know it: "coindesk.com", without www., with a port where one is
// given. In small letters.
std::string host_of(std::string_view link);

}  // namespace tickertape::news
