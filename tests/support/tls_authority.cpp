#include "support/tls_authority.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace tickertape::testing {
namespace {

struct freed {
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
};
template <class T>
using owned = std::unique_ptr<T, freed>;

constexpr long day_seconds = 24 * 60 * 60;

owned<EVP_PKEY> new_key()
{
    return owned<EVP_PKEY>{EVP_EC_gen("P-256")};
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const owned<X509_EXTENSION> e{X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())};
    if (!e)
        throw std::runtime_error{"bad extension " + value};
    X509_add_ext(certificate, e.get(), -1);
}

owned<X509> new_certificate(const std::string& name, EVP_PKEY* key, long valid_until_s)
{
    static std::atomic<long> serial{1};
    owned<X509> c{X509_new()};
    X509_set_version(c.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(c.get()), serial.fetch_add(1));
    X509_gmtime_adj(X509_getm_notBefore(c.get()), -2 * day_seconds);
    X509_gmtime_adj(X509_getm_notAfter(c.get()), valid_until_s);
    X509_set_pubkey(c.get(), key);
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(c.get()), "CN", MBSTRING_UTF8,
        reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    return c;
}

template <class Write>
std::string pem(Write write)
{
    const owned<BIO> out{BIO_new(BIO_s_mem())};
    write(out.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* c)
{
    return pem([&](BIO* out) { PEM_write_bio_X509(out, c); });
}

}  // namespace

struct tls_authority::impl {
    owned<EVP_PKEY> key = new_key();
    owned<X509> certificate = new_certificate("A test's authority", key.get(), 30 * day_seconds);
};

tls_authority::tls_authority() : impl_{std::make_unique<impl>()}
{
    auto* const c = impl_->certificate.get();
    X509_set_issuer_name(c, X509_get_subject_name(c));
    extend(c, c, NID_basic_constraints, "critical,CA:TRUE");
    extend(c, c, NID_key_usage, "critical,keyCertSign,cRLSign");
    X509_sign(c, impl_->key.get(), EVP_sha256());

    static std::atomic<int> files{0};
    ca_file_ = std::filesystem::temp_directory_path() /
               ("tickertape_ca_" + std::to_string(::getpid()) + "_" +
                std::to_string(files.fetch_add(1)) + ".pem");
    std::ofstream{ca_file_} << pem_of(c);
}

tls_authority::~tls_authority()
{
    std::remove(ca_file_.c_str());
}

tls_identity tls_authority::issue(const std::string& host, std::chrono::seconds valid_for) const
{
    const auto key = new_key();
    const auto c = new_certificate(host, key.get(), static_cast<long>(valid_for.count()));
    X509_set_issuer_name(c.get(), X509_get_subject_name(impl_->certificate.get()));
    const bool is_address = std::isdigit(static_cast<unsigned char>(host.front())) != 0;
    extend(
        c.get(), impl_->certificate.get(), NID_subject_alt_name,
        (is_address ? "IP:" : "DNS:") + host);
    extend(c.get(), impl_->certificate.get(), NID_ext_key_usage, "serverAuth");
    X509_sign(c.get(), impl_->key.get(), EVP_sha256());
    return {pem_of(c.get()), pem([&](BIO* out) {
                PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

}  // namespace tickertape::testing
