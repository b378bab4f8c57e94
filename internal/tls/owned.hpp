// OpenSSL's objects, owned.
#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/ssl.h>

namespace tickertape::tls {

struct openssl_free {
    void operator()(BIO* p) const noexcept { ::BIO_free(p); }
    void operator()(BIO_METHOD* p) const noexcept { ::BIO_meth_free(p); }
    void operator()(EVP_CIPHER_CTX* p) const noexcept { ::EVP_CIPHER_CTX_free(p); }
    void operator()(EVP_KDF* p) const noexcept { ::EVP_KDF_free(p); }
    void operator()(EVP_KDF_CTX* p) const noexcept { ::EVP_KDF_CTX_free(p); }
    void operator()(EVP_PKEY* p) const noexcept { ::EVP_PKEY_free(p); }
    void operator()(SSL* p) const noexcept { ::SSL_free(p); }
    void operator()(SSL_CTX* p) const noexcept { ::SSL_CTX_free(p); }
    void operator()(X509* p) const noexcept { ::X509_free(p); }
};

template <class T>
using owned = std::unique_ptr<T, openssl_free>;

}  // namespace tickertape::tls
