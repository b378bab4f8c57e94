// The head of an answer with a file or the page: its tag, its coding, how long it may be cached,
// and what the page may load. Answers 304 if the client has it already.
//
// No I/O. Threads: any.
#pragma once

#include "http/content_coding.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace tickertape::web {

struct asset {
    std::string_view content_type;
    // SHA-256 of the bytes before they are coded, hexadecimal; half of it is enough.
    std::string_view digest;
    http::content_coding coding = http::content_coding::identity;
    bool has_codings = false;  // whether it is also available in another coding
    bool is_lasting = false;   // whether its address stands for these bytes for ever
};

// The answer without a body: 304 if the client has it, 200 if it is to be sent.
http::response head_for(const asset& what, const http::request& r);

// The same without what the page may load: for answers that are no pages.
http::response plain_head_for(const asset& what, const http::request& r);

// An answer with a body that was made for this request, compressed where that is worth it and the
// client takes it. `what` has its type, and whether it lasts; `head` is one of the two above.
http::response answer_with(
    std::string body, asset what, const http::request& r,
    http::response (*head)(const asset&, const http::request&));

std::string sha256_hex(std::string_view content);
std::string sha256_base64(std::string_view content);

}  // namespace tickertape::web
