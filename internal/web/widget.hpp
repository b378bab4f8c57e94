// The widget at "/embed": widget.html with the newest price of the symbol that `?symbol=` names, or
// of the first. It is one file, for frames of other people's pages.
//
// Its script and its styles stand in the file, so the policy of the answer names the digests of
// exactly these: what else a page could be made to hold does not run.
//
// Threads: immutable after construction, so any.
#pragma once

#include "http/message.hpp"
#include "web/page_template.hpp"
#include "web/site.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tickertape::web {

// What a page of that text may load; and that everybody may frame it.
std::string widget_policy(std::string_view page);

class widget {
public:
    explicit widget(const site& of);

    // 200; 304 if the client has it as it is now. What cannot be shown is a page too, with the
    // reason and with the status of the same refusal elsewhere: in a frame nobody sees a problem in
    // JSON. 404 without a page if the file cannot be read.
    http::response get(const http::request& r) const;

private:
    struct made_page {
        page_template page;
        std::string policy;
    };
    static made_page make(std::string_view text);

    site of_;
    std::optional<made_page> compiled_in_;  // none: it is read for each request
};

}  // namespace tickertape::web
