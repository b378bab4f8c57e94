// The page with what it says before any script has run: a text with places such as {{price}}, taken
// apart once and put together for each request.
//
// No I/O. Threads: immutable after construction, so any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tickertape::web {

// The newest price of one symbol, as text, and what else a page is told. The names are those of the
// places.
struct page_facts {
    std::string symbol;
    std::string price = "—";  // for people: "$69,420.25"
    std::string price_number;
    std::string time;             // RFC 3339
    std::string time_text = "—";  // for people
    std::string source = "—";
    std::string origin;  // simulator, replay or pipe where the price is no market's
    std::string stale = "true";
    std::string root = "./";  // where the site begins, as seen from the page's address
    std::string tabs;  // those that this server has something for, besides the price: "market news"
    // Of the widget only: light, dark or system; after how long a silent stream is sent a
    // heartbeat; why there is no widget.
    std::string theme = "system";
    std::string heartbeat_ms;
    std::string problem;
};

class page_template {
public:
    // A place with a name that is none of the facts' is text like any other. `text` outlives this.
    explicit page_template(std::string_view text);

    // Facts are escaped, for text and for quoted attributes alike.
    std::string fill(const page_facts& with) const;

private:
    struct piece {
        std::string_view before;
        std::string page_facts::*fact;  // null: the end of the text
    };

    std::vector<piece> pieces_;
};

}  // namespace tickertape::web
