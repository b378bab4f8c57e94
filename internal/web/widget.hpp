// The widget at "/embed": widget.html with the newest price of the symbol that `?symbol=` names, or
// of the first. It is one file, for frames of other people's pages.
//
// Its script and its styles stand in the file, so the policy of the answer names the digests of
// exactly these: what else a page could be made to hold does not run.
//
// Threads: immutable after construction, so any.
#pragma once

#include "http/message.hpp"
#include "web/inline_page.hpp"
#include "web/site.hpp"

namespace tickertape::web {

class widget {
public:
    explicit widget(const site& of);

    // 200; 304 if the client has it as it is now. What cannot be shown is a page too, with the
    // reason and with the status of the same refusal elsewhere: in a frame nobody sees a problem in
    // JSON. 404 without a page if the file cannot be read.
    http::response get(const http::request& r) const;

private:
    site of_;
    inline_page page_;
};

}  // namespace tickertape::web
