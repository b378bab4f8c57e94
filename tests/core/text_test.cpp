#include "core/text.hpp"

#include "support/catch.hpp"

using namespace tickertape;

TEST_CASE("Letters change their case and nothing else changes", "[core]")
{
    CHECK(lower_case("BTC1-\xc3\x84z") == "btc1-\xc3\x84z");
    CHECK(upper_case("btc1-\xc3\xa4Z") == "BTC1-\xc3\xa4Z");
    CHECK(lower_case("@[`{").compare("@[`{") == 0);
    CHECK(upper_case("@[`{").compare("@[`{") == 0);
}

TEST_CASE("Blanks around a text are no part of it", "[core]")
{
    CHECK(trimmed(" \t a b\t") == "a b");
    CHECK(trimmed(" \t ").empty());
    CHECK(trimmed("").empty());
}

TEST_CASE("A list has an item wherever one could stand, but none in nothing", "[core]")
{
    using items = std::vector<std::string_view>;
    CHECK(list_items("a, b\t,c") == items{"a", "b", "c"});
    CHECK(list_items("a,,b,") == items{"a", "", "b", ""});
    CHECK(list_items(",") == items{"", ""});
    CHECK(list_items(" \t").empty());
}

TEST_CASE("Words from outside cannot forge or fill a log line", "[core]")
{
    CHECK(clean_words("a\r\nINFO b\x1b[31m\x7f \t  c ") == "a INFO b?[31m? c");
    CHECK(clean_words(std::string(1000, 'x')) == std::string(197, 'x') + "...");
    CHECK(clean_words("  ").empty());
}
