// What a file or the page is answered with besides its bytes: its tag, in which coding it is, for
// how long it may be kept, and what may be done with it. And whether the client has it already.
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
    bool has_codings = false;  // whether another client might be sent it otherwise coded
    bool is_lasting = false;   // whether its address will always be that of these bytes
};

// The answer without a body: 304 where the client has it, 200 where it is to be sent.
http::response head_for(const asset& what, const http::request& r);

std::string sha256_hex(std::string_view content);

}  // namespace tickertape::web
