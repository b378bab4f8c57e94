// Titles and descriptions as text.
#include "news/html_text.hpp"

#include "support/catch.hpp"

#include <string>

using namespace tickertape::news;

TEST_CASE("entities are decoded once, and not until nothing changes", "[news]")
{
    CHECK(text_of_html("Bitcoin&#8217;s &amp; Ether&#x27;s") == "Bitcoin\u2019s & Ether's");
    CHECK(text_of_html("It&#039;s") == "It's");
    // A title about a tag stays one: what was written twice escaped is text.
    CHECK(text_of_html("How &lt;script&gt; works") == "How <script> works");
    CHECK(text_of_html("How &amp;lt;script&amp;gt; works") == "How &lt;script&gt; works");
    CHECK(
        text_of_html("&eacute;&Uuml;&nbsp;&mdash;&hellip;&euro;") == "é\u00dc \u2014\u2026\u20ac");
    // What Windows has at these numbers.
    CHECK(text_of_html("&#147;x&#148;") == "\u201cx\u201d");
}

TEST_CASE("what is no entity stays as it is", "[news]")
{
    CHECK(
        text_of_html("AT&T & R&D; a &unknown; &#; &#x; &;") ==
        "AT&T & R&D; a &unknown; &#; &#x; &;");
    CHECK(text_of_html("&#0;&#xd800;&#99999999999;&#x110000;x") == "x");
}

TEST_CASE("tags are left out, and what looks like one is not", "[news]")
{
    CHECK(text_of_html("<p>One <b>bold</b> word.</p><p>Two</p>") == "One bold word. Two");
    CHECK(text_of_html("a<br/>b<br>c") == "a b c");
    CHECK(text_of_html("in<i>lin</i>e") == "inline");
    CHECK(text_of_html("1 < 2 and 3 > 2, I <3 BTC") == "1 < 2 and 3 > 2, I <3 BTC");
    CHECK(text_of_html("<a href=\"x>y\" title='>'>link</a>") == "link");
    CHECK(text_of_html("x<!-- <b>no</b> -->y") == "x y");
    CHECK(text_of_html("x<script>alert('</b>')</script>y<STYLE>p{}</STYLE>z") == "x y z");
    CHECK(text_of_html("before<script>alert(1)") == "before");
    CHECK(text_of_html("before<img src=x onerror=alert(1)") == "before");
    CHECK(text_of_html("x<!-- never ends") == "x");
    CHECK(text_of_html("<scr<script>ipt>alert(1)</script>") == "ipt>alert(1)");
}

TEST_CASE("white space is one space, and odd characters are left out", "[news]")
{
    CHECK(text_of_html("  a \n\t b\u00a0\u00a0c  ") == "a b c");
    CHECK(text_of_html(std::string{"a\0b\x1b[31mc", 9}) == "ab[31mc");
    // Those that turn the text around.
    CHECK(text_of_html("safe\u202egpj.exe\u2066") == "safegpj.exe");
    CHECK(text_of_html("a\xff\xc3(b\xed\xa0\x80\xc0\xaf") == "a(b");
    CHECK(text_of_html("\U0001f680 to the moon") == "\U0001f680 to the moon");
}

TEST_CASE("text that is no HTML is only cleaned", "[news]")
{
    CHECK(clean_text(" a <b>  &amp; \x07") == "a <b> &amp;");
}

TEST_CASE("a long text is cut between two words, and never within a character", "[news]")
{
    CHECK(shortened("short", 10) == "short");
    CHECK(shortened("one two three four", 17) == "one two three\u2026");
    CHECK(shortened("onetwothreefourfive", 10) == "onetwot\u2026");
    const std::string wide = "éééééééééé";  // two bytes each
    for (std::size_t most = 4; most < wide.size(); ++most) {
        const auto cut = shortened(wide, most);
        CHECK(cut.size() <= most);
        CHECK((cut.size() - 3) % 2 == 0);
    }
}
