#include "tls_pair.hpp"

using namespace tickertape;
using namespace tickertape::tls;
using namespace tickertape::testing;
using progress = tls_session::progress;

namespace {

std::string bytes_of(tls_session& s)
{
    std::string text(1'000, '\0');
    const auto got = s.read(text);
    text.resize(got.bytes);
    return text;
}

}  // namespace

TEST_CASE("requests and answers go through a session", "[tls]")
{
    const tls_files files;
    const tls_context context{files.issue()};
    const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    tls_pair p{context, {.version_max = version, .ca_file = files.authority.ca_file()}};
    REQUIRE(p.connect() == progress::done);
    REQUIRE(p.client.is_connected());
    CHECK(p.server.read({}).what != progress::failed);

    CHECK(p.client.send("a question"));
    CHECK(bytes_of(p.server) == "a question");
    CHECK(p.server.read({}).what == progress::wants_input);
    CHECK(p.server.write("an answer"));
    CHECK(p.server.flush() == tls_session::flushed::all);
    CHECK(p.client.read_some() == "an answer");

    p.server.say_goodbye();
    p.server.flush();
    CHECK(p.client.read_some().empty());
    CHECK(p.client.was_told_goodbye());
}

TEST_CASE("a goodbye and a closed connection end what is read", "[tls]")
{
    const tls_files files;
    const tls_context context{files.issue()};
    tls_pair p{context};
    REQUIRE(p.connect() == progress::done);
    std::array<char, 10> into;
    SECTION("a goodbye")
    {
        ::SSL_shutdown(p.client.native());
        CHECK(p.server.read(into).what == progress::ended);
    }
    SECTION("a closed connection")
    {
        p.client.close();
        CHECK(p.server.read(into).what == progress::ended);
    }
}

TEST_CASE("a client that has been here before is recognized", "[tls]")
{
    const tls_files files;
    const auto identity = files.issue();
    const tls_context context{identity};
    const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    tls_pair first{context, {.version_max = version}};
    REQUIRE(first.connect() == progress::done);
    CHECK_FALSE(first.server.is_resumed());
    first.client.read_some();
    CHECK(first.client.tickets() == 1);
    REQUIRE(first.client.session() != nullptr);

    tls_pair again{context, {.version_max = version, .resumes = first.client.session()}};
    REQUIRE(again.connect() == progress::done);
    CHECK(again.server.is_resumed());
    CHECK(again.client.is_resumed());

    // The keys of tickets go with the context: the certificate that was trusted may be another.
    const tls_context next{identity};
    tls_pair elsewhere{next, {.version_max = version, .resumes = first.client.session()}};
    REQUIRE(elsewhere.connect() == progress::done);
    CHECK_FALSE(elsewhere.server.is_resumed());
}

TEST_CASE("a client that speaks HTTP/1.1, or does not say, is served", "[tls]")
{
    const tls_files files;
    const tls_context context{files.issue()};
    const std::string protocols =
        GENERATE(std::string{}, std::string{"\x08http/1.1"}, std::string{"\x02h2\x08http/1.1"});
    tls_pair p{context, {.protocols = protocols}};
    CHECK(p.connect() == progress::done);
    const unsigned char* chosen = nullptr;
    unsigned bytes = 0;
    ::SSL_get0_alpn_selected(p.client.native(), &chosen, &bytes);
    const std::string_view said{reinterpret_cast<const char*>(chosen), bytes};
    CHECK(said == (protocols.empty() ? "" : "http/1.1"));
}

TEST_CASE("who cannot be served is told why, and so are we", "[tls]")
{
    struct expectation {
        tls_client::wishes wishes;
        tls_failure why;
        std::string told;
    };
    const auto e = GENERATE(
        expectation{
            {.protocols = "\x02h2"}, tls_failure::protocol, "tlsv1 alert no application protocol"},
        expectation{
            {.version_max = TLS1_1_VERSION}, tls_failure::version, "tlsv1 alert protocol version"},
        expectation{
            {.version_max = TLS1_2_VERSION, .suites = "ECDHE-ECDSA-AES128-SHA"},
            tls_failure::cipher,
            "sslv3 alert handshake failure"});
    const tls_files files;
    const tls_context context{files.issue()};
    tls_pair p{context, e.wishes};
    CHECK(p.connect() == progress::failed);
    CHECK(name_of(p.server.failure()) == name_of(e.why));
    CHECK_FALSE(p.server.cause().empty());
    CHECK(p.client.failure() == e.told);
}

TEST_CASE("a client that does not trust us is counted as such", "[tls]")
{
    const tls_files files;
    const tls_files others;
    const tls_context context{files.issue()};
    // In TLS 1.3 we are done before the client has looked at the certificate.
    tls_pair p{context, {.version_max = TLS1_2_VERSION, .ca_file = others.authority.ca_file()}};
    CHECK(p.connect() == progress::failed);
    CHECK(name_of(p.server.failure()) == "refused");
}

TEST_CASE("what is not TLS is told from what is broken off", "[tls]")
{
    const tls_files files;
    const tls_context context{files.issue()};
    const socket_pair wire;
    tls_session server{context, wire.ends[0]};
    const auto says = [&](std::string_view text) {
        ::send(wire.ends[1], text.data(), text.size(), 0);
        return server.handshake();
    };
    SECTION("HTTP in the clear")
    {
        CHECK(says("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == progress::failed);
        CHECK(name_of(server.failure()) == "http");
    }
    SECTION("garbage")
    {
        CHECK(says(std::string(100, 'x')) == progress::failed);
        CHECK(name_of(server.failure()) == "not_tls");
    }
    SECTION("nothing at all")
    {
        ::shutdown(wire.ends[1], SHUT_WR);
        CHECK(server.handshake() == progress::failed);
        CHECK(name_of(server.failure()) == "closed");
    }
    SECTION("half a hello")
    {
        CHECK(says({"\x16\x03\x01\x02\x00\x01", 6}) == progress::wants_input);
        ::shutdown(wire.ends[1], SHUT_WR);
        CHECK(server.handshake() == progress::failed);
        CHECK(name_of(server.failure()) == "closed");
    }
    ::close(wire.ends[1]);
}
