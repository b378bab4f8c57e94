// The text of a title or a description, which publishers write as text, as HTML, or as HTML that
// was escaped once more.
//
// Pure. Threads: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tickertape::news {

// What a browser would show of the HTML: without tags, comments, scripts and styles, and with its
// entities decoded, once. Runs of white space become one space; control characters, and those that
// turn the direction of text around, are left out; so is what is not UTF-8. The result is text, in
// which "<script>" are eight characters, and never markup.
std::string text_of_html(std::string_view html);

// The same for what is text already: nothing is decoded, and nothing taken for a tag.
std::string clean_text(std::string_view from);

// Without the white space of XML around it.
std::string_view stripped(std::string_view text) noexcept;

// At most so many bytes of UTF-8, with "…" in place of what is cut, between two words if it can be.
std::string shortened(std::string text, std::size_t bytes_max);

}  // namespace tickertape::news
