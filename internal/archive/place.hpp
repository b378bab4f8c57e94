// Where an archive is, as the setting ARCHIVE says it: a directory or a PostgreSQL database.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tickertape::archive {

// Whether the text begins as the address of a PostgreSQL database does.
bool is_database(std::string_view text) noexcept;

// Why it is no address that can be used; empty: it can. Repeats nothing of the text, which may have
// a password in it.
std::string wrong_with_database(std::string_view url);

// The address without its passwords: "postgresql://user:********@host/db".
std::string without_passwords(std::string_view url);

// The passwords in it, as they stand there and decoded.
std::vector<std::string> passwords_of(std::string_view url);

}  // namespace tickertape::archive
