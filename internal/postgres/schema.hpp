// The tables of an archive: a schema for each kind of feed, with its version and migrations.
//
// All functions throw archive::thrown_failure. Threads: that of the connection.
#pragma once

#include "archive/day.hpp"
#include "archive/kind.hpp"
#include "postgres/connection.hpp"

#include <string>

namespace tickertape::postgres {

// `tickertape_live`.
std::string schema_of(archive::feed_kind kind);

// "ticks_2026_11_21".
std::string partition_of(archive::utc_day day);

// Says in a transaction that something beside the ticks is changed: those who follow load it anew.
inline constexpr const char* count_change = "UPDATE archive SET changes = changes + 1";

// Makes the tables, or brings those of an older version to this one, a transaction for each
// version. Errors: archive_errc::newer_schema, ::other_kind.
void migrate(connection& of, archive::feed_kind kind);

}  // namespace tickertape::postgres
