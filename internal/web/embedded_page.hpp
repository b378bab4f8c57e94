// The page as it is compiled in. Written at build time from static/ by packing/pack_page.mjs.
//
// Threads: any; all of it is constant.
#pragma once

#include <span>
#include <string_view>

namespace tickertape::web {

struct embedded_file {
    std::string_view name;  // relative to static/: "page.js", or "page-0123456789ab.js"
    std::string_view content;
    // The same, compressed. Empty where that is not smaller.
    std::string_view gzip;
    std::string_view brotli;
    std::string_view digest;  // SHA-256 of `content`, hexadecimal
    bool is_lasting;          // the name stands for these bytes, and for no others ever
};

// All of them but index.html, each under its own name and under a lasting one.
std::span<const embedded_file> embedded_files() noexcept;

// index.html, with the places that page_template fills in.
std::string_view embedded_page() noexcept;

}  // namespace tickertape::web
