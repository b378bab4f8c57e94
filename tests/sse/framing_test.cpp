#include "sse/framing.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using sse::framing;

TEST_CASE("in chunked framing a block is one chunk, its length in hexadecimal", "[sse]")
{
    std::string out;
    sse::append_framed(out, framing::chunked, "retry: 2000\n\n");
    CHECK(out == "d\r\nretry: 2000\n\n\r\n");
    sse::append_framed(out, framing::chunked, "x");
    CHECK(out == "d\r\nretry: 2000\n\n\r\n1\r\nx\r\n");
}

TEST_CASE("the length of a long chunk has as many digits as it needs", "[sse]")
{
    const std::string block(0x1a2b3, 'x');
    std::string out;
    sse::append_framed(out, framing::chunked, block);
    CHECK(out == "1a2b3\r\n" + block + "\r\n");
}

TEST_CASE("in raw framing a block is itself", "[sse]")
{
    std::string out = "before";
    sse::append_framed(out, framing::raw, "retry: 2000\n\n");
    CHECK(out == "beforeretry: 2000\n\n");
}

TEST_CASE("an empty block adds nothing, because an empty chunk would end the stream", "[sse]")
{
    std::string out = "before";
    sse::append_framed(out, framing::chunked, "");
    sse::append_framed(out, framing::raw, "");
    CHECK(out == "before");
}

TEST_CASE("a chunked stream ends with the last chunk, a raw one with its connection", "[sse]")
{
    CHECK(sse::end_of_stream(framing::chunked) == "0\r\n\r\n");
    CHECK(sse::end_of_stream(framing::raw).empty());
}
