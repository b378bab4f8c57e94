#include "web/busy_stream.hpp"

#include "small_site.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

TEST_CASE("an EventSource that is turned away gets a stream that says when to come back", "[web]")
{
    auto asked = request_for("/prices/stream");
    CHECK_FALSE(busy_stream(asked, 34'210ms));
    set_header(asked, "Accept", "text/event-stream");
    const auto r = busy_stream(asked, 34'210ms).value();
    CHECK(r.status == 200);
    CHECK(r.content_type == "text/event-stream");
    CHECK(header_of(r, "Cache-Control") == "no-store");
    CHECK(r.body == "event: busy\nretry: 34210\ndata: {\"retry\":34210}\n\n");
}

TEST_CASE("an Accept header that names the type of a stream asks for one", "[web]")
{
    CHECK(accepts_event_stream("text/event-stream"));
    CHECK(accepts_event_stream("text/html, Text/Event-Stream ;q=0.5"));
    CHECK_FALSE(accepts_event_stream(""));
    CHECK_FALSE(accepts_event_stream("*/*"));
    CHECK_FALSE(accepts_event_stream("text/event-streams, text/*"));
}
