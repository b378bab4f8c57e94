#include "support/catch.hpp"
#include "tickertape-bench/response_head.hpp"

using tickertape::bench::parse_head;

TEST_CASE("A head says its status, its framing and where it ends", "[bench]")
{
    const auto head =
        parse_head("HTTP/1.1 200 OK\r\nTRANSFER-encoding:  Chunked \r\nX: y\r\n\r\n5");

    REQUIRE(head);
    CHECK(head->status == 200);
    CHECK(head->chunked);
    CHECK(head->bytes == 55);
}

TEST_CASE("A head that has not arrived whole is waited for", "[bench]")
{
    CHECK_FALSE(parse_head(""));
    CHECK_FALSE(parse_head("HTTP/1.1 200 OK\r\nX: y\r\n"));
}

TEST_CASE("What is no HTTP has no status", "[bench]")
{
    CHECK(parse_head("SSH-2.0-x\r\n\r\n")->status == 0);
    CHECK(parse_head("\r\n\r\n")->status == 0);
    CHECK(parse_head("HTTP/1.1 \r\n\r\n")->status == 0);
    CHECK(parse_head("HTTP/1.0 503 Service Unavailable\r\n\r\n")->status == 503);
    CHECK_FALSE(parse_head("HTTP/1.0 503 Service Unavailable\r\n\r\n")->chunked);
}
