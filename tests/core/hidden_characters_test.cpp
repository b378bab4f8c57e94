#include "core/hidden_characters.hpp"

#include "support/catch.hpp"

using namespace tickertape;

TEST_CASE("characters that are not seen are taken out, and all others stay", "[core]")
{
    CHECK(without_hidden("Bitcoin") == "Bitcoin");
    CHECK(without_hidden("\u202eBTC") == "BTC");
    CHECK(without_hidden("B\u2066T\u2069C\u200f") == "BTC");
    CHECK(without_hidden("a\nb\x7f\u0085") == "ab");
    CHECK(without_hidden("\ufeff Ether \u061c") == "Ether");
    CHECK(without_hidden("Ξ 以太 😀") == "Ξ 以太 😀");
    CHECK(without_hidden("\u202e\u200e").empty());
}
