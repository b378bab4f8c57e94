// Certificates and keys in files, as a server is given them, which go with this object.
#pragma once

#include "support/tls_authority.hpp"
#include "tls/tls_context.hpp"

#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>

namespace tickertape::testing {

class tls_files {
public:
    tls_files()
    {
        std::string pattern = std::filesystem::temp_directory_path() / "tickertape_tls_XXXXXX";
        directory_ = ::mkdtemp(pattern.data());
    }
    tls_files(const tls_files&) = delete;
    tls_files& operator=(const tls_files&) = delete;
    ~tls_files() { std::filesystem::remove_all(directory_); }

    std::string write(const std::string& name, const std::string& text) const
    {
        const auto path = directory_ / name;
        std::ofstream{path, std::ios::binary} << text;
        return path;
    }
    tls::tls_context::files write(const tls_identity& who) const
    {
        return {write("certificate.pem", who.certificate), write("key.pem", who.key)};
    }
    // A new certificate for 127.0.0.1.
    tls::tls_context::files issue(std::chrono::seconds valid_for = std::chrono::hours{24}) const
    {
        return write(authority.issue("127.0.0.1", valid_for));
    }
    const std::filesystem::path& directory() const { return directory_; }

    tls_authority authority;

private:
    std::filesystem::path directory_;
};

}  // namespace tickertape::testing
