#include "file_checks.hpp"

#include "support/catch.hpp"
#include "support/tls_files.hpp"

using namespace tickertape;
using namespace tickertape::testing;

namespace {

config::settings usual()
{
    config::settings s;
    s.providers = {"coinbase"};
    return s;
}

std::string refusal(const config::settings& s)
{
    return wrong_with_files(s).value_or("");
}

}  // namespace

TEST_CASE("settings that name no file have nothing wrong with files", "[cmd]")
{
    CHECK(refusal(usual()).empty());
}

TEST_CASE("a certificate and its key are read, and have to belong together", "[cmd]")
{
    const tls_files files;
    const auto issued = files.issue();
    auto s = usual();
    s.tls_certificate = issued.certificate;
    s.tls_key = issued.key;
    CHECK(refusal(s).empty());
    s.tls_key =
        files.write("other.pem", files.authority.issue("127.0.0.1", std::chrono::hours{24}).key);
    CHECK(refusal(s).starts_with("TLS_KEY: "));
    s.tls_key = files.directory() / "none.pem";
    CHECK(refusal(s).starts_with("TLS_KEY: "));
    s.tls_certificate = files.directory() / "none.pem";
    CHECK(refusal(s).starts_with("TLS_CERTIFICATE: "));
}

TEST_CASE("a page has to be where STATIC_DIR says", "[cmd]")
{
    const tls_files files;
    auto s = usual();
    s.static_dir = files.directory();
    CHECK(refusal(s).starts_with("STATIC_DIR: "));
    files.write("index.html", "<!doctype html>");
    CHECK(refusal(s).empty());
}

TEST_CASE("authorities are read where a provider is asked", "[cmd]")
{
    const tls_files files;
    auto s = usual();
    s.live.ca_file = files.directory() / "none.pem";
    CHECK(refusal(s).starts_with("CA_FILE: "));
    s.providers = {"simulator"};
    CHECK(refusal(s).empty());
    s.providers = {"coinbase"};
    s.live.ca_file = files.issue().certificate;
    CHECK(refusal(s).empty());
}

TEST_CASE("a recording is looked into where it would be played", "[cmd]")
{
    const tls_files files;
    auto s = usual();
    s.replay.path = files.directory() / "none.csv";
    CHECK(refusal(s).empty());
    s.providers = {"replay"};
    CHECK(refusal(s) == "cannot replay '" + s.replay.path + "': No such file or directory");
    s.replay.path = files.write("prices.csv", "colour,taste\n");
    CHECK(refusal(s).starts_with("cannot replay "));
    s.replay.path = files.write("prices.csv", "time_s,price\n1712525476,69420.25\n");
    CHECK(refusal(s).empty());
}
