// The page at "/" and at the addresses of its tabs: index.html with the newest price of the symbol
// that `?symbol=` names, or of the first, so that the price is shown before any script has run, and
// without scripts. Which tab of it is open is read from the address by the page itself.
//
// Threads: immutable after construction, so any.
#pragma once

#include "http/message.hpp"
#include "web/page_template.hpp"
#include "web/site.hpp"

#include <optional>

namespace tickertape::web {

// What is known of the newest price of a symbol; dashes before the first.
page_facts price_facts(const site& s, symbol_id id, boot_time now);

class front_page {
public:
    explicit front_page(const site& of);

    // 200; 304 if the client has it as it is now; 404 if it cannot be read.
    http::response get(const http::request& r) const;

private:
    page_facts facts_for(const http::request& r) const;

    site of_;
    std::optional<page_template> compiled_in_;  // none: it is read for each request
};

}  // namespace tickertape::web
