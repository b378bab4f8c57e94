#include "http/content_coding.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::http;

namespace {

std::string chosen(std::string_view accept_encoding, offered_codings offered = {true, true})
{
    const auto coding = choose_coding(accept_encoding, offered);
    return coding == content_coding::identity ? "identity" : std::string{name_of(coding)};
}

}  // namespace

TEST_CASE("who names no coding gets none", "[http]")
{
    CHECK(chosen("") == "identity");
    CHECK(chosen(" ,, ") == "identity");
    CHECK(chosen("identity") == "identity");
    CHECK(chosen("deflate, zstd, compress") == "identity");
}

TEST_CASE("the smallest of what is wanted as much is sent", "[http]")
{
    CHECK(chosen("gzip") == "gzip");
    CHECK(chosen("br") == "br");
    CHECK(chosen("gzip, deflate, br, zstd") == "br");
    CHECK(chosen("gzip, deflate") == "gzip");
    CHECK(chosen("identity, gzip") == "gzip");
    CHECK(chosen("br,gzip", {.gzip = true, .brotli = false}) == "gzip");
    CHECK(chosen("br,gzip", {.gzip = false, .brotli = true}) == "br");
    CHECK(chosen("br", {.gzip = true, .brotli = false}) == "identity");
    CHECK(chosen("br, gzip", {.gzip = false, .brotli = false}) == "identity");
}

TEST_CASE("case, blanks and the old name of gzip make no difference", "[http]")
{
    CHECK(chosen("GZip") == "gzip");
    CHECK(chosen("x-gzip") == "gzip");
    CHECK(chosen(" \tgzip \t") == "gzip");
    CHECK(chosen(",gzip,,") == "gzip");
    CHECK(chosen("br ; q=0.1,gzip\t;\tQ=0.2") == "gzip");
}

TEST_CASE("what weighs more is sent", "[http]")
{
    CHECK(chosen("gzip;q=1, br;q=0.5") == "gzip");
    CHECK(chosen("gzip;q=0.500, br;q=0.501") == "br");
    CHECK(chosen("gzip;q=0.5, br;q=0.5") == "br");
    CHECK(chosen("identity;q=1, gzip;q=0.5, br;q=0.5") == "identity");
    CHECK(chosen("identity;q=0.5, gzip;q=0.5") == "gzip");
    CHECK(chosen("gzip;q=0.001") == "gzip");
    CHECK(chosen("gzip;q=1.") == "gzip");
    CHECK(chosen("gzip;q=1.000") == "gzip");
}

TEST_CASE("a coding of weight zero is refused", "[http]")
{
    CHECK(chosen("gzip;q=0") == "identity");
    CHECK(chosen("gzip;q=0.000, br;q=0.") == "identity");
    CHECK(chosen("br;q=0, gzip") == "gzip");
    CHECK(chosen("br;q=0, *") == "gzip");
}

TEST_CASE("a star stands for what is not named", "[http]")
{
    CHECK(chosen("*") == "br");
    CHECK(chosen("*", {.gzip = true, .brotli = false}) == "gzip");
    CHECK(chosen("*;q=0") == "identity");
    CHECK(chosen("gzip, *;q=0") == "gzip");
    CHECK(chosen("gzip;q=0.5, *") == "br");
    CHECK(chosen("identity, *;q=0.5") == "identity");
    CHECK(chosen("gzip;q=0, br;q=0, *") == "identity");
}

TEST_CASE("who refuses to be sent plain text is sent it where there is nothing else", "[http]")
{
    CHECK(chosen("identity;q=0") == "identity");
    CHECK(chosen("gzip, identity;q=0") == "gzip");
    CHECK(chosen("identity;q=0, *;q=0") == "identity");
    CHECK(chosen("br, identity;q=0", {.gzip = true, .brotli = false}) == "identity");
}

TEST_CASE("a weight that is none is taken for a refusal", "[http]")
{
    const auto weight = GENERATE(
        "", "q", "q=", "q=x", "q=2", "q=1.1", "q=1.001", "q=-1", "q=+1", "q=.5", "q=0.1234",
        "q=0,5", "q=0.5x", "q=0x1", "q= 1", "q =1", "q=1e0", "q=\"1\"", "level=9", "q=1;q=1",
        "level=9;q=1", "q=١");
    CAPTURE(weight);
    CHECK(chosen(std::string{"gzip;"} + weight) == "identity");
    CHECK(chosen(std::string{"br;"} + weight + ", gzip") == "gzip");
}

TEST_CASE("of a coding that is named twice the first weight counts", "[http]")
{
    CHECK(chosen("gzip;q=0, gzip") == "identity");
    CHECK(chosen("gzip, gzip;q=0") == "gzip");
}

TEST_CASE("nothing else in the header means anything", "[http]")
{
    const auto text = GENERATE(
        "gzipx", "xgzip", "gz ip", "\"gzip\"", "gzip br", "q=1", ";q=1", ";", "=", "**", "*gzip",
        "g\xc3\xa4", "\x01\x02", "br/gzip", "gzip:1");
    CAPTURE(text);
    CHECK(chosen(text) == "identity");
    CHECK(chosen(std::string{text} + ",gzip") == "gzip");
    CHECK(chosen(std::string(8'000, ',') + "gzip") == "gzip");
}
