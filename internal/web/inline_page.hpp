// A page that is one file: its style and its script stand in it, and it loads nothing else but
// answers of this server.
#pragma once

#include "http/message.hpp"
#include "web/page_template.hpp"
#include "web/site.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tickertape::web {

// Whose pages may have it in a frame.
enum class framed_by { anybody, nobody };

// What a page of that text may load.
std::string inline_policy(std::string_view page, framed_by who);

// Threads: any.
class inline_page {
public:
    // `file`: its name below static/; a literal.
    inline_page(const site& of, std::string_view file, framed_by who);

    // 200; 304 if the client has it as it is now; 404 without a page if the file cannot be read.
    http::response get(const http::request& r, const page_facts& facts) const;

private:
    struct made_page {
        page_template page;
        std::string policy;
    };
    made_page make(std::string_view text) const;

    const static_files* files_;
    std::string_view file_;
    framed_by who_;
    std::optional<made_page> compiled_in_;  // none: it is read for each request
};

}  // namespace tickertape::web
