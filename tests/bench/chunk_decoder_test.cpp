#include "support/catch.hpp"
#include "tickertape-bench/chunk_decoder.hpp"

#include <string>

using tickertape::bench::chunk_decoder;
using outcome = chunk_decoder::outcome;

namespace {

struct decoded {
    std::string body;
    outcome what;
};

// In pieces of so many bytes.
decoded decode(std::string_view in, std::size_t step)
{
    chunk_decoder decoder;
    decoded result{.body = {}, .what = outcome::more};
    for (; !in.empty(); in.remove_prefix(std::min(step, in.size())))
        result.what =
            decoder.feed(in.substr(0, step), [&](std::string_view piece) { result.body += piece; });
    return result;
}

}  // namespace

TEST_CASE("Chunks become the body they carry, however they are cut", "[bench]")
{
    const std::string_view in = "5\r\nhello\r\n1\r\n,\r\n00A;x=y\r\n 123456789\r\n";
    for (std::size_t step = 1; step <= in.size(); ++step) {
        CAPTURE(step);
        const auto result = decode(in, step);

        CHECK(result.body == "hello, 123456789");
        CHECK(result.what == outcome::more);
    }
}

TEST_CASE("A chunk of no bytes ends the body", "[bench]")
{
    for (const std::size_t step : {1U, 100U}) {
        CHECK(decode("1\r\nx\r\n0\r\n\r\n", step).what == outcome::ended);
        CHECK(decode("0\r\nTrailer: y\r\n\r\n", step).what == outcome::ended);
        CHECK(decode("0\r\n", step).what == outcome::more);
    }
}

TEST_CASE("Framing that is none is noticed", "[bench]")
{
    const auto* in = GENERATE(
        "x\r\n", "\r\n", "5\nhello\r\n", "5\r\nhelloo\r\n", "5\r\nhello\n", "5\rhello", "-1\r\n",
        "5 \r\nhello\r\n", "123456789\r\n", "5;a\nb\r\n", "0\r\n\r\nmore", ";x\r\n");
    CAPTURE(in);

    CHECK(decode(in, 100).what == outcome::broken);
}
