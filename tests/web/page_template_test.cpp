#include "web/page_template.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::web;

namespace {

std::string filled(std::string_view text, const page_facts& with = {})
{
    return page_template{text}.fill(with);
}

}  // namespace

TEST_CASE("each place has its fact", "[web]")
{
    page_facts facts;
    facts.symbol = "BTC-USD";
    facts.price = "$1.25";
    facts.price_number = "1.25";
    facts.time = "2026-11-20T17:02:11.123Z";
    facts.time_text = "2026-11-20 17:02:11 UTC";
    facts.source = "pipe";
    facts.origin = "pipe";
    facts.stale = "false";
    facts.tabs = "market news";
    facts.theme = "dark";
    facts.heartbeat_ms = "15000";
    facts.problem = "none";
    CHECK(
        filled(
            "{{symbol}} {{price}} {{price_number}} {{time}} {{time_text}} {{source}} {{origin}} "
            "{{stale}} {{tabs}} {{theme}} {{heartbeat_ms}} {{problem}}",
            facts) ==
        "BTC-USD $1.25 1.25 2026-11-20T17:02:11.123Z 2026-11-20 17:02:11 UTC pipe pipe false "
        "market news dark 15000 none");
    CHECK(filled("{{symbol}}", facts) == "BTC-USD");
    CHECK(filled("{{symbol}}{{symbol}}!", facts) == "BTC-USDBTC-USD!");
    CHECK(filled("<p title=\"{{price}}\">", facts) == "<p title=\"$1.25\">");
}

TEST_CASE("without a price there are dashes for people and nothing for programs", "[web]")
{
    CHECK(
        filled(
            "{{price}}|{{price_number}}|{{time}}|{{time_text}}|{{source}}|{{origin}}|{{stale}}") ==
        "—|||—|—||true");
}

TEST_CASE("what is no place stays as it is", "[web]")
{
    const auto text = GENERATE(
        "", "text", "{", "{{", "{{}}", "}}", "{{pric}}", "{{prices}}", "{{ price }}", "{{price}",
        "{{PRICE}}", "{{price", "{price}", "{{x}} {{y", "{{{{", "a{{b}}c");
    CHECK(filled(text) == text);
}

TEST_CASE("a place is found behind what only begins like one", "[web]")
{
    page_facts facts;
    facts.price = "1";
    CHECK(filled("{{{price}}}", facts) == "{1}");
    CHECK(filled("{{pri{{price}}", facts) == "{{pri1");
    CHECK(filled("{{x}}{{price}}", facts) == "{{x}}1");
}

TEST_CASE("a fact cannot end the text or the attribute it stands in", "[web]")
{
    page_facts facts;
    facts.source = "<script>alert('a')</script> \"x\" & {{price}}";
    CHECK(
        filled("{{source}}", facts) ==
        "&lt;script&gt;alert(&#39;a&#39;)&lt;/script&gt; &quot;x&quot; &amp; {{price}}");
}
