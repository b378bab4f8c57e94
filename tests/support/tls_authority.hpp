// A certificate authority that exists only while a test runs, in memory and in one temporary file.
#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace tickertape::testing {

// What a server needs to prove who it is, in PEM.
struct tls_identity {
    std::string certificate;
    std::string key;
};

class tls_authority {
public:
    tls_authority();
    ~tls_authority();
    tls_authority(const tls_authority&) = delete;
    tls_authority& operator=(const tls_authority&) = delete;

    // A certificate for that host name or address, valid from a day ago until `valid_for` from now;
    // a negative time makes one that has expired.
    tls_identity issue(const std::string& host, std::chrono::seconds valid_for) const;
    // Where the authority's own certificate lies; the file goes with this object.
    const std::string& ca_file() const noexcept { return ca_file_; }

private:
    struct impl;

    std::unique_ptr<impl> impl_;
    std::string ca_file_;
};

}  // namespace tickertape::testing
