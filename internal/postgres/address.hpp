// The address of an archive in PostgreSQL, as operators give it and as it may be shown.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace tickertape::postgres {

// "tickertape on db-1, process 1234": who uses an archive, for those who find it in use.
std::string name_of_this_process();

// The address with what libpq is told besides, where the operator did not say otherwise: how long
// to wait for a connection, and to find out that the other side has gone.
std::string with_defaults(const std::string& url, std::string_view application);

// What PostgreSQL or libpq said, as one line without the passwords of that address.
std::string one_line(std::string_view said, std::string_view url);

}  // namespace tickertape::postgres
