#include "net/tls_trust.hpp"

#include <stdexcept>

namespace tickertape::net {

namespace ssl = boost::asio::ssl;

ssl::context make_tls_context(const std::string& ca_file)
{
    ssl::context context{ssl::context::tls_client};
    ::SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    context.set_verify_mode(ssl::verify_peer);
    boost::system::error_code ec;
    if (ca_file.empty()) {
        // The server starts on a system without authorities: http:// needs none, and each https://
        // request then fails with tls_untrusted.
        context.set_default_verify_paths(ec);
        return context;
    }
    context.load_verify_file(ca_file, ec);
    if (ec)
        throw std::runtime_error{"CA_FILE: no certificates can be read from '" + ca_file + "'"};
    return context;
}

}  // namespace tickertape::net
