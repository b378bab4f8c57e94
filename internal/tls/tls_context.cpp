#include "tls/tls_context.hpp"

#include <cerrno>
#include <ctime>
#include <fstream>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace tickertape::tls {
namespace {

constexpr const char* groups = "X25519:P-256";
constexpr const char* suites_1_3 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* suites_1_2 = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                   "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                   "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// A client of ours has one connection, and brings its ticket when that was cut.
constexpr std::size_t tickets = 1;

std::runtime_error wrong(const char* setting, const std::string& path, const std::string& what)
{
    return std::runtime_error{std::string{setting} + ": '" + path + "' " + what};
}

// What OpenSSL said last, in its words.
std::string cause()
{
    const auto code = ::ERR_peek_last_error();
    const char* const words = ::ERR_reason_error_string(code);
    return words != nullptr ? words : "unknown cause";
}

std::string content_of(const char* setting, const std::string& path)
{
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    if (!text.str().empty())
        return text.str();
    // A directory opens, and cannot be read.
    const auto why = errno;
    throw wrong(
        setting, path,
        why == 0 ? "is empty" : "cannot be read: " + std::generic_category().message(why));
}

owned<BIO> reader(const std::string& text)
{
    return owned<BIO>{::BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

void use_certificates(SSL_CTX* context, const std::string& path)
{
    static constexpr auto setting = "TLS_CERTIFICATE";
    const auto text = content_of(setting, path);
    const auto in = reader(text);
    const owned<X509> own{::PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)};
    if (!own)
        throw wrong(setting, path, "has no certificate in PEM");
    if (::SSL_CTX_use_certificate(context, own.get()) != 1)
        throw wrong(setting, path, "cannot be used: " + cause());
    for (;;) {
        owned<X509> next{::PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)};
        if (!next)
            break;
        if (::SSL_CTX_add0_chain_cert(context, next.get()) != 1)
            throw wrong(setting, path, "has a chain that cannot be used: " + cause());
        static_cast<void>(next.release());  // it is the context's now
    }
    // Where the certificates end, there is nothing more in PEM; anything else is a damaged one.
    if (ERR_GET_REASON(::ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        throw wrong(setting, path, "has a damaged certificate: " + cause());
}

int note_question(char* /*answer*/, int /*size*/, int /*writing*/, void* asked)
{
    *static_cast<bool*>(asked) = true;
    return -1;
}

void use_key(SSL_CTX* context, const tls_context::files& from)
{
    static constexpr auto setting = "TLS_KEY";
    auto text = content_of(setting, from.key);
    bool is_encrypted = false;
    owned<EVP_PKEY> key;
    {
        const auto in = reader(text);
        key.reset(::PEM_read_bio_PrivateKey(in.get(), nullptr, note_question, &is_encrypted));
    }
    ::OPENSSL_cleanse(text.data(), text.size());
    if (is_encrypted)
        throw wrong(
            setting, from.key,
            "is encrypted, and nobody is asked for a passphrase here; "
            "'openssl pkey -in <it>' writes it without");
    if (!key)
        throw wrong(setting, from.key, "has no private key in PEM");
    if (::SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
        ::SSL_CTX_check_private_key(context) != 1)
        throw wrong(
            setting, from.key,
            "is not the key of the certificate in '" + from.certificate + "' (" + cause() + ")");
}

std::chrono::sys_seconds seconds_of(const ASN1_TIME* when)
{
    std::tm parts{};
    if (when == nullptr || ::ASN1_TIME_to_tm(when, &parts) != 1)
        return {};
    return std::chrono::sys_seconds{std::chrono::seconds{::timegm(&parts)}};
}

// HTTP/1.1 is all that is spoken here: a client that can do something else alone is told so before
// it tries.
int choose_protocol(
    SSL* /*of*/, const unsigned char** chosen, unsigned char* chosen_bytes,
    const unsigned char* offered, unsigned offered_bytes, void* /*unused*/)
{
    static constexpr std::string_view spoken = "http/1.1";
    std::string_view left{reinterpret_cast<const char*>(offered), offered_bytes};
    while (!left.empty()) {
        const auto length = static_cast<unsigned char>(left.front());
        const auto name = left.substr(1, length);
        if (name == spoken) {
            *chosen = reinterpret_cast<const unsigned char*>(name.data());
            *chosen_bytes = length;
            return SSL_TLSEXT_ERR_OK;
        }
        left.remove_prefix(1 + name.size());
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

tls_context::tls_context(const files& from) : context_{::SSL_CTX_new(::TLS_server_method())}
{
    ::ERR_clear_error();
    auto* const c = context_.get();
    if (c == nullptr || ::SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) != 1 ||
        ::SSL_CTX_set_ciphersuites(c, suites_1_3) != 1 ||
        ::SSL_CTX_set_cipher_list(c, suites_1_2) != 1 ||
        ::SSL_CTX_set1_groups_list(c, groups) != 1 || ::SSL_CTX_set_num_tickets(c, tickets) != 1)
        throw std::runtime_error{"TLS cannot be set up: " + cause()};
    ::SSL_CTX_set_options(
        c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
               SSL_OP_PRIORITIZE_CHACHA);
    ::SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
    ::SSL_CTX_set_read_ahead(c, 1);
    ::SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    ::SSL_CTX_set_alpn_select_cb(c, choose_protocol, nullptr);

    use_certificates(c, from.certificate);
    use_key(c, from);
    const auto* const own = ::SSL_CTX_get0_certificate(c);
    valid_from_ = seconds_of(::X509_get0_notBefore(own));
    valid_until_ = seconds_of(::X509_get0_notAfter(own));
    ::ERR_clear_error();
}

}  // namespace tickertape::tls
