#include "support/catch.hpp"
#include "support/tls_files.hpp"

#include <openssl/pem.h>

using namespace tickertape;
using namespace tickertape::tls;
using namespace tickertape::testing;

namespace {

// What is said of files that cannot be used, without the directory they are in.
std::string refusal(const tls_files& in, const tls_context::files& from)
{
    try {
        const tls_context context{from};
    } catch (const std::runtime_error& e) {
        std::string words = e.what();
        const std::string where = in.directory().string() + "/";
        for (auto at = words.find(where); at != std::string::npos; at = words.find(where))
            words.erase(at, where.size());
        return words;
    }
    return "taken";
}

// A key that nobody can read without its passphrase.
std::string encrypted_key()
{
    const owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
    const owned<BIO> out{BIO_new(BIO_s_mem())};
    PEM_write_bio_PKCS8PrivateKey(
        out.get(), key.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("a certificate and its key are taken, with the certificates behind it", "[tls]")
{
    const tls_files files;
    auto who = files.authority.issue("localhost", std::chrono::hours{24});
    who.certificate += files.authority.issue("localhost", std::chrono::hours{24}).certificate;
    const tls_context context{files.write(who)};
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(context.native(), &chain);
    CHECK(sk_X509_num(chain) == 1);
    const auto left = context.valid_until() - std::chrono::system_clock::now();
    CHECK(left > std::chrono::hours{23});
    CHECK(left <= std::chrono::hours{24});
}

TEST_CASE("a certificate that has expired is taken, and says so", "[tls]")
{
    const tls_files files;
    const tls_context context{files.issue(-std::chrono::hours{1})};
    CHECK(context.valid_until() < std::chrono::system_clock::now());
    CHECK(context.valid_from() < context.valid_until());
}

TEST_CASE("files that cannot be used are refused in one line that says which and why", "[tls]")
{
    const tls_files files;
    const auto fine = files.issue();
    const auto missing = (files.directory() / "none.pem").string();

    CHECK(
        refusal(files, {missing, fine.key}) ==
        "TLS_CERTIFICATE: 'none.pem' cannot be read: No such file or directory");
    CHECK(
        refusal(files, {fine.certificate, missing}) ==
        "TLS_KEY: 'none.pem' cannot be read: No such file or directory");
    CHECK(
        refusal(files, {files.write("empty.pem", ""), fine.key}) ==
        "TLS_CERTIFICATE: 'empty.pem' is empty");
    CHECK(
        refusal(files, {fine.key, fine.key}) ==
        "TLS_CERTIFICATE: 'key.pem' has no certificate in PEM");
    CHECK(
        refusal(files, {fine.certificate, fine.certificate}) ==
        "TLS_KEY: 'certificate.pem' has no private key in PEM");
    CHECK(
        refusal(files, {fine.certificate, files.write("locked.pem", encrypted_key())}) ==
        "TLS_KEY: 'locked.pem' is encrypted, and nobody is asked for a passphrase here; "
        "'openssl pkey -in <it>' writes it without");
    const auto other = files.authority.issue("localhost", std::chrono::hours{24});
    CHECK(
        refusal(files, {fine.certificate, files.write("other.pem", other.key)}) ==
        "TLS_KEY: 'other.pem' is not the key of the certificate in 'certificate.pem' "
        "(key values mismatch)");
    const auto damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    CHECK(
        refusal(files, {files.write("damaged.pem", damaged), fine.key}) ==
        "TLS_CERTIFICATE: 'damaged.pem' has no certificate in PEM");
    CHECK(refusal(files, {files.directory(), fine.key}).starts_with("TLS_CERTIFICATE: '"));
    CHECK(refusal(files, fine) == "taken");
}
