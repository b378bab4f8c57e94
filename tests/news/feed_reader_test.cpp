// What a feed says, whatever it is made of. All bodies here are made by hand.
#include "news/feed_reader.hpp"

#include "news/date.hpp"
#include "news/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <string>

using namespace tickertape;
using namespace tickertape::news;

namespace {

constexpr auto address = "https://x.test/feed";

std::string rss(const std::string& items, const std::string& attributes = "")
{
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" "
           "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
           "xmlns:atom=\"http://www.w3.org/2005/Atom\" "
           "xmlns:media=\"http://search.yahoo.com/mrss/\"" +
           attributes + "><channel><title>The Feed</title><link>https://x.test</link>" + items +
           "</channel></rss>";
}

std::string item_of(const std::string& inner)
{
    return "<item>" + inner + "</item>";
}

item only(const std::string& body)
{
    const auto read = read_feed(body, address);
    REQUIRE(read);
    REQUIRE(read->items.size() == 1);
    return read->items.front();
}

std::string plain(int number)
{
    const auto n = std::to_string(number);
    return item_of("<title>T" + n + "</title><link>https://x.test/" + n + "</link>");
}

boost::system::error_code code_of(const std::string& body)
{
    const auto read = read_feed(body, address);
    REQUIRE_FALSE(read);
    return read.error().code;
}

}  // namespace

TEST_CASE("an item of RSS 2.0 has what its own elements say", "[news]")
{
    const auto one = only(rss(item_of(
        "<media:title>not this</media:title><atom:link href=\"https://y.test/\"/>"
        "<title>First</title><title>Second</title><link>https://x.test/1?utm_source=a</link>"
        "<guid isPermaLink=\"false\">id-1</guid><description>&lt;p&gt;Text&lt;/p&gt;</description>"
        "<pubDate>Sat, 03 Oct 2026 20:00:00 +0000</pubDate>"
        "<atom:updated>Sat, 03 Oct 2026 10:00:00 +0000</atom:updated>"
        "<media:content><title>nor this</title></media:content><credit>nor this</credit>")));
    CHECK(one.title == "First");
    CHECK(one.link == "https://x.test/1");
    CHECK(one.id == "id-1");
    CHECK(one.summary == "Text");
    CHECK(one.published == parse_date("2026-10-03T20:00:00Z"));
    CHECK(read_feed(rss(plain(1)), address)->title == "The Feed");
}

TEST_CASE("escapes come zero, once and twice, and titles are text in each case", "[news]")
{
    const auto title = [](const std::string& text) {
        return only(rss(item_of("<link>https://x.test/1</link><title>" + text + "</title>"))).title;
    };
    CHECK(title("It\u2019s") == "It\u2019s");
    CHECK(title("It&#8217;s") == "It\u2019s");
    CHECK(title("It&amp;#8217;s") == "It\u2019s");
    CHECK(title("<![CDATA[It&#8217;s <b>bold</b>]]>") == "It\u2019s bold");
    CHECK(title("About &amp;lt;script&amp;gt;") == "About <script>");
    CHECK(title("&lt;script&gt;alert(1)&lt;/script&gt;Safe") == "Safe");
    CHECK(title("nested <b>element</b>") == "nested element");
}

TEST_CASE("an item without a title is named by its text", "[news]")
{
    const auto one =
        only(rss(item_of("<link>https://x.test/1</link><description>Only this.</description>")));
    CHECK(one.title == "Only this.");
}

TEST_CASE("a permanent id is the link where there is no other", "[news]")
{
    CHECK(
        only(rss(item_of("<title>T</title><guid>https://x.test/g</guid>"))).link ==
        "https://x.test/g");
    CHECK(
        only(rss(item_of("<title>T</title><link>javascript:alert(1)</link>"
                         "<guid isPermaLink=\"true\">https://x.test/g</guid>")))
            .link == "https://x.test/g");
    CHECK(
        code_of(
            rss(item_of("<title>T</title><guid isPermaLink=\"false\">https://x.test/g</guid>"))) ==
        news_errc::no_items);
}

TEST_CASE("items that cannot be shown are dropped and counted", "[news]")
{
    const auto read = read_feed(
        rss(plain(1) + item_of("<title>T</title><link>javascript:alert(1)</link>") +
            item_of("<link>https://x.test/2</link>") + item_of("") + plain(3)),
        address);
    REQUIRE(read);
    CHECK(read->items.size() == 2);
    CHECK(read->dropped == 3);
    CHECK(code_of(rss(item_of("<title>T</title>"))) == news_errc::no_items);
}

TEST_CASE("xml:base holds for relative links", "[news]")
{
    const auto inner = item_of("<title>T</title><link> a/b </link>");
    CHECK(only(rss(inner)).link == "https://x.test/a/b");
    CHECK(only(rss(inner, " xml:base=\"https://y.test/c/\"")).link == "https://y.test/c/a/b");
    CHECK(only(rss(inner, " xml:base=\"/deep/\"")).link == "https://x.test/deep/a/b");
    CHECK(only(rss(inner, " xml:base=\"javascript:x\"")).link == "https://x.test/a/b");
}

TEST_CASE("dates of other vocabularies stand in for a missing one", "[news]")
{
    const auto published = [](const std::string& date) {
        return only(rss(item_of("<title>T</title><link>https://x.test/1</link>" + date))).published;
    };
    const auto wanted = parse_date("2026-10-03T20:00:00Z");
    CHECK(published("<dc:date>2026-10-03T20:00:00Z</dc:date>") == wanted);
    CHECK(published("<atom:updated>Sat, 03 Oct 2026 20:00:00 GMT</atom:updated>") == wanted);
    CHECK(published("<pubDate>soon</pubDate><dc:date>2026-10-03</dc:date>").has_value());
    CHECK_FALSE(published("<pubDate>2 hours ago</pubDate>"));
    CHECK_FALSE(published(""));
}

TEST_CASE("Atom is read", "[news]")
{
    const auto read = read_feed(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Atoms</title>"
        "<link href=\"https://x.test/\"/><entry><id>tag:x.test,2026:1</id>"
        "<link rel=\"enclosure\" href=\"https://x.test/picture\"/>"
        "<link rel=\"alternate\" href=\"/entry?utm_campaign=x\"/><link href=\"/other\"/>"
        "<title type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">Less &lt; <b>more</b>"
        "</div></title><summary type=\"html\">&lt;i&gt;Short&lt;/i&gt;</summary>"
        "<content>All of it</content><updated>2026-10-04T20:00:00Z</updated>"
        "<published>2026-10-03T20:00:00Z</published></entry></feed>",
        address);
    REQUIRE(read);
    CHECK(read->title == "Atoms");
    REQUIRE(read->items.size() == 1);
    const auto& one = read->items[0];
    CHECK(one.title == "Less < more");
    CHECK(one.link == "https://x.test/entry");
    CHECK(one.id == "tag:x.test,2026:1");
    CHECK(one.summary == "Short");
    CHECK(one.published == parse_date("2026-10-03T20:00:00Z"));
}

TEST_CASE("RSS 1.0 is read", "[news]")
{
    const auto read = read_feed(
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
        "xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
        "<channel rdf:about=\"https://x.test/\"><title>Triples</title></channel>"
        "<item rdf:about=\"urn:1\"><title>T</title><link>https://x.test/1</link>"
        "<description>D</description><dc:date>2026-10-03T20:00:00Z</dc:date></item></rdf:RDF>",
        address);
    REQUIRE(read);
    CHECK(read->title == "Triples");
    REQUIRE(read->items.size() == 1);
    CHECK(read->items[0].id == "urn:1");
    CHECK(read->items[0].summary == "D");
    CHECK(read->items[0].published == parse_date("2026-10-03T20:00:00Z"));
}

TEST_CASE("the items before an error are kept", "[news]")
{
    const auto whole = rss(plain(1) + plain(2) + plain(3));
    const auto third = whole.find("<title>T3");
    for (const auto& body :
         {whole.substr(0, third), whole.substr(0, third) + "<title>a & b</title></item>",
          whole.substr(0, third) + "<title>&nbsp;</title>",
          whole.substr(0, third) + "<title>\xe9t\xe9</title>",  // Latin-1 that says it is UTF-8
          whole.substr(0, third) + "<title>\x01</title>", whole.substr(0, third) + "</channel>"}) {
        CAPTURE(body);
        const auto read = read_feed(body, address);
        REQUIRE(read);
        CHECK(read->items.size() == 2);
        REQUIRE(read->cut_short);
        CHECK(read->cut_short->code == news_errc::not_xml);
        CHECK_FALSE(read->cut_short->detail.empty());
    }
    CHECK_FALSE(read_feed(whole, address)->cut_short);
    CHECK(code_of(whole.substr(0, whole.find("<item>") + 9)) == news_errc::not_xml);
}

TEST_CASE("what is no feed is refused", "[news]")
{
    CHECK(code_of("") == news_errc::not_xml);
    CHECK(code_of("{\"error\":\"no\"}") == news_errc::not_xml);
    CHECK(code_of("<html><body><rss/></body></html>") == news_errc::not_a_feed);
    CHECK(code_of("<!DOCTYPE html><html><p>Just a moment...</html>") == news_errc::not_a_feed);
    CHECK(code_of("<rss xmlns=\"https://y.test/\"><channel/></rss>") == news_errc::not_a_feed);
    CHECK(read_feed("<rss><channel/></rss>", address)->items.empty());
}

TEST_CASE("a document type is refused, whatever it declares", "[news]")
{
    const std::string bomb =
        "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\">"
        "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>"
        "<rss><channel><item><title>&c;</title><link>https://x.test/1</link></item></channel></"
        "rss>";
    CHECK(code_of(bomb) == news_errc::doctype);
    CHECK(code_of("<!DOCTYPE rss SYSTEM \"file:///etc/passwd\"><rss/>") == news_errc::doctype);
    CHECK(
        code_of("<!DOCTYPE rss [<!ENTITY x SYSTEM \"https://y.test/\">]><rss>&x;</rss>") ==
        news_errc::doctype);
}

TEST_CASE("limits of bytes, depth and items", "[news]")
{
    CHECK(code_of(rss(plain(1)) + std::string(feed_bytes_max, ' ')) == news_errc::too_large);

    const auto nested = [](std::size_t more) {
        std::string open;
        std::string close;
        for (std::size_t i = 0; i < more; ++i) {
            open += "<a>";
            close += "</a>";
        }
        return rss(plain(1) + "<item>" + open + close + "</item>");
    };
    CHECK_FALSE(read_feed(nested(depth_max - 3), address)->cut_short);  // rss, channel, item
    const auto deep = read_feed(nested(depth_max - 2), address);
    REQUIRE(deep);
    CHECK(deep->items.size() == 1);
    CHECK(deep->cut_short->code == news_errc::too_deep);

    std::string many;
    for (int i = 0; i < static_cast<int>(feed_items_max); ++i)
        many += plain(i);
    CHECK_FALSE(read_feed(rss(many), address)->has_more);
    const auto cut = read_feed(rss(many + plain(9999)), address);
    CHECK(cut->items.size() == feed_items_max);
    CHECK(cut->has_more);
    CHECK_FALSE(cut->cut_short);
}

TEST_CASE("long texts are cut, and ids that are too long are none", "[news]")
{
    const std::string words = [] {
        std::string all;
        for (int i = 0; i < 40'000; ++i)
            all += "word ";
        return all;
    }();
    const auto one = only(rss(item_of(
        "<title>" + words + "</title><link>https://x.test/1</link><guid>" + words +
        "</guid><description>" + words + "</description>")));
    CHECK(one.title.size() <= title_bytes_max);
    CHECK(one.title.ends_with("word\u2026"));
    CHECK(one.summary.size() <= summary_bytes_max);
    CHECK(one.id.empty());
}

TEST_CASE("a mark or blanks before the first byte are no error", "[news]")
{
    CHECK(only("\xef\xbb\xbf" + rss(plain(1))).title == "T1");
    CHECK(only("\n  " + rss(plain(1))).title == "T1");
    CHECK(only("\xef\xbb\xbf\r\n" + rss(plain(1))).title == "T1");
    const auto latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss><channel>" +
                       item_of("<title>\xe9t\xe9</title><link>https://x.test/1</link>") +
                       "</channel></rss>";
    CHECK(only(latin).title == "été");
}
