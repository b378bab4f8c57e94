// `tickertape healthcheck`: asks the server that runs with the same settings how it is.
//
// Threads: one; it runs an io_context of its own to the end.
#pragma once

#include "config/settings.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace tickertape {

// How long a server may take to answer that is well, from the connection to the last byte.
inline constexpr std::chrono::seconds healthcheck_patience{5};

// Asks /healthz or /readyz on the address and port of the settings, with TLS where they say so. The
// certificate is not looked at: the server is asked by address, and whether it is that of a name is
// for clients to decide. Returns one line of why the server is not well; none: it is.
std::optional<std::string> why_unhealthy(
    const config::settings& of, config::health_question asked, std::chrono::milliseconds patience);

}  // namespace tickertape
