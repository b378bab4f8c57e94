#include "tls_pair.hpp"

#include <random>

using namespace tickertape;
using namespace tickertape::tls;
using namespace tickertape::testing;
using progress = tls_session::progress;

namespace {

const std::string every_suite[] = {
    "TLS_AES_128_GCM_SHA256",        "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",  "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"};

tls_client::wishes only(const std::string& suite)
{
    return {
        .version_max = suite.starts_with("TLS_") ? TLS1_3_VERSION : TLS1_2_VERSION,
        .suites = suite};
}

// Bytes that show where they are from.
std::string numbered(std::size_t bytes)
{
    std::string text;
    for (std::size_t i = 0; text.size() < bytes; ++i)
        text += std::to_string(i) + ' ';
    text.resize(bytes);
    return text;
}

}  // namespace

TEST_CASE("what a writer sends goes on where the session stopped", "[tls]")
{
    const tls_files files;
    const tls_context context{files.issue()};
    const auto suite = GENERATE(from_range(std::begin(every_suite), std::end(every_suite)));
    CAPTURE(suite);
    tls_pair p{context, only(suite)};
    REQUIRE(p.connect() == progress::done);
    CHECK(std::string{::SSL_get_cipher(p.client.native())} == suite);
    // Some records before, of different lengths.
    for (int i = 0; i < 3; ++i) {
        CHECK(p.server.write(std::string(1 + 100 * static_cast<std::size_t>(i), 'a')));
        p.server.flush();
        CHECK(p.client.read_some().size() == 1 + 100 * static_cast<std::size_t>(i));
    }
    // What the session has not got rid of goes first.
    CHECK(p.server.write("last words"));
    const auto writer = p.server.release();
    REQUIRE(writer);
    CHECK(writer->holds_back());
    const auto one = writer->send("one", ", two");
    CHECK_FALSE(one.is_gone);
    CHECK_FALSE(one.is_full);
    CHECK(one.bytes == 8);
    CHECK_FALSE(writer->holds_back());
    CHECK(p.client.read_some() == "last words");
    CHECK(p.client.read_some() == "one");
    CHECK(p.client.read_some() == ", two");
    CHECK(writer->send({}, {}).bytes == 0);
    // More than a record, and pieces that do not end where records do.
    const auto first = numbered(5'000);
    const auto second = numbered(30'000);
    CHECK(writer->send(first, second).bytes == 35'000);
    std::string got;
    while (got.size() < 35'000 && !p.client.is_over())
        got += p.client.read_some();
    CHECK(got == first + second);

    writer->finish();
    CHECK(p.client.read_some().empty());
    CHECK(p.client.was_told_goodbye());
}

TEST_CASE("a peer that reads slowly gets every byte once and in order", "[tls]")
{
    const tls_files files;
    const tls_context context{files.issue()};
    const auto suite = GENERATE(from_range(std::begin(every_suite), std::end(every_suite)));
    tls_pair p{context, only(suite)};
    REQUIRE(p.connect() == progress::done);
    const auto writer = p.server.release();
    REQUIRE(writer);
    const int small = 4'608;
    ::setsockopt(p.wire.ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);

    const auto seed = std::random_device{}();
    CAPTURE(seed, suite);
    std::minstd_rand random{seed};
    const auto up_to = [&](std::size_t most) { return random() % most; };
    const auto all = numbered(400'000);
    std::string_view left = all;
    std::string got;
    std::size_t cut = 0;
    while (got.size() < all.size()) {
        const auto first = left.substr(0, up_to(9'000));
        const auto second = left.substr(first.size(), up_to(9'000));
        const auto sent = writer->send(first, second);
        REQUIRE_FALSE(sent.is_gone);
        REQUIRE(sent.bytes <= first.size() + second.size());
        if (!sent.is_full)
            REQUIRE(sent.bytes == first.size() + second.size());
        left.remove_prefix(sent.bytes);
        cut += writer->holds_back() ? 1 : 0;
        if (sent.is_full || left.empty())
            got += p.client.read_some(1 + up_to(7'000));
        REQUIRE_FALSE(p.client.is_over());
    }
    CHECK(got == all);
    CHECK(left.empty());
    CHECK(cut > 0);
}

TEST_CASE("a writer that the kernel takes nothing from has sent nothing", "[tls]")
{
    const tls_files files;
    const tls_context context{files.issue()};
    tls_pair p{context};
    REQUIRE(p.connect() == progress::done);
    const auto writer = p.server.release();
    REQUIRE(writer);
    const auto text = numbered(4'000'000);
    const auto sent = writer->send(text, {});
    CHECK(sent.is_full);
    CHECK(sent.bytes < text.size());
    CHECK(writer->send("more", {}).bytes == 0);
    p.client.close();
    CHECK(writer->send("more", {}).is_gone);
}

TEST_CASE("keys that were changed before the release are those after it", "[tls]")
{
    const tls_files files;
    const tls_context context{files.issue()};
    tls_pair p{context, {.version_min = TLS1_3_VERSION}};
    REQUIRE(p.connect() == progress::done);
    const auto updates = GENERATE(1, 2);
    for (int i = 0; i < updates; ++i) {
        REQUIRE(::SSL_key_update(p.client.native(), SSL_KEY_UPDATE_REQUESTED) == 1);
        CHECK(p.client.send("?"));
        std::array<char, 10> into;
        CHECK(p.server.read(into).what == progress::done);
        CHECK(p.server.write("!"));
        CHECK(p.server.write("!"));
        p.server.flush();
        CHECK(p.client.read_some() == "!");
        CHECK(p.client.read_some() == "!");
    }
    const auto writer = p.server.release();
    REQUIRE(writer);
    CHECK(writer->send("under new keys", {}).bytes == 14);
    CHECK(p.client.read_some() == "under new keys");
}

TEST_CASE("what a peer asks for on a stream changes nothing", "[tls]")
{
    const tls_files files;
    const tls_context context{files.issue()};
    tls_pair p{context, {.version_min = TLS1_3_VERSION}};
    REQUIRE(p.connect() == progress::done);
    const auto writer = p.server.release();
    REQUIRE(writer);
    REQUIRE(::SSL_key_update(p.client.native(), SSL_KEY_UPDATE_REQUESTED) == 1);
    CHECK(p.client.send("?"));
    CHECK(writer->send("a price", {}).bytes == 7);
    CHECK(p.client.read_some() == "a price");
}

TEST_CASE("there is no writer before the handshake is done", "[tls]")
{
    const tls_files files;
    const tls_context context{files.issue()};
    tls_pair p{context};
    CHECK(p.server.release() == nullptr);
    p.client.step();
    CHECK(p.server.handshake() == progress::wants_input);
    CHECK(p.server.release() == nullptr);
}
