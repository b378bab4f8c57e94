#include "http/gzip.hpp"

#include "support/catch.hpp"
#include "support/gunzip.hpp"

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::testing;

TEST_CASE("what is compressed is the same again afterwards", "[http]")
{
    std::string mixed;
    std::uint32_t state = 1;
    for (int i = 0; i < 20'000; ++i) {
        state = state * 1664525 + 1013904223;
        mixed += static_cast<char>(state >> 24);
    }
    const auto text = GENERATE_COPY(
        std::string{}, std::string{"a"}, std::string(gzip_bytes_max, 'a'), mixed,
        std::string(3, '\0') + mixed.substr(0, 500));
    CHECK((gunzip(gzip(text)) == text));
}

TEST_CASE("text becomes a fraction of itself", "[http]")
{
    std::string rows;
    for (int i = 0; i < 500; ++i)
        rows += "<li class=\"row\">" + std::to_string(i) + "</li>\n";
    CHECK(gzip(rows).size() < rows.size() / 4);
}

TEST_CASE("little is not worth it, and much takes too long", "[http]")
{
    CHECK_FALSE(is_worth_gzip(0));
    CHECK_FALSE(is_worth_gzip(gzip_bytes_min - 1));
    CHECK(is_worth_gzip(gzip_bytes_min));
    CHECK(is_worth_gzip(gzip_bytes_max));
    CHECK_FALSE(is_worth_gzip(gzip_bytes_max + 1));
}
