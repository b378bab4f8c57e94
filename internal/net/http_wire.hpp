// What all of our requests over HTTP have in common: their bytes, and what an error of Beast's
// parser means.
#pragma once

#include "net/errors.hpp"
#include "net/http_message.hpp"
#include "net/url.hpp"

#include <string>

namespace tickertape::net {

// Head and body of the request, as the host of that URL is sent it.
std::string bytes_of(const http_request& request, const base_url& base);

// The error of ours that an error of the system, of TLS or of the parser stands for. `got_some`:
// whether a byte of the answer had come.
boost::system::error_code meaning_of(boost::system::error_code ec, bool got_some);

}  // namespace tickertape::net
