// What the parsers of all providers need: is this an answer at all, and if not, what does it say?
// No I/O.
#pragma once

#include "feed/errors.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace tickertape {

// As much of a provider's words as goes into a log line: cleaned of control characters and of
// bytes that are not ASCII, runs of white space made one space, at most this many bytes.
inline constexpr std::size_t words_bytes_max = 200;
std::string clean_words(std::string_view text);

// The words of a body that is an error: its message if it is JSON of a shape we know, the text of
// the page if it is HTML, the beginning of the body otherwise.
std::string words_of(std::string_view body);

// The body as JSON, if the answer's status is 200 and the body is JSON.
// Errors: feed_errc::rate_limited, ::http_status (with the provider's words and the status),
// ::html_instead_of_json, ::not_json, ::json_too_deep, ::number_out_of_range.
fetched<boost::json::value>
json_of(int http_status, std::string_view content_type, std::string_view body);

}  // namespace tickertape
