#include "file_checks.hpp"

#include "core/symbol.hpp"
#include "net/tls_trust.hpp"
#include "synthetic/replay.hpp"
#include "tls/tls_context.hpp"
#include "web/static_files.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <system_error>

#include <unistd.h>

namespace tickertape {
namespace {

// Why a directory can neither be used nor made; none: it can, or is not wanted. Makes none.
std::optional<std::string> wrong_with_directory(const std::string& wanted)
{
    if (wanted.empty())
        return std::nullopt;
    std::error_code ignored;
    auto there = std::filesystem::absolute(wanted);
    while (!std::filesystem::exists(there, ignored) && there.has_relative_path())
        there = there.parent_path();
    if (!std::filesystem::is_directory(there, ignored))
        return there.string() + " is no directory";
    if (::access(there.c_str(), W_OK | X_OK) != 0)
        return there.string() + ": " + std::generic_category().message(errno);
    return std::nullopt;
}

}  // namespace

std::optional<std::string> wrong_with_files(const config::settings& s)
{
    const auto& first = s.providers.front();
    const bool asks_providers =
        std::ranges::find(synthetic::feed_names, first) == synthetic::feed_names.end();
    try {
        if (s.static_dir)
            web::static_files{*s.static_dir};
        if (s.tls_certificate && s.tls_key)
            tls::tls_context{{*s.tls_certificate, *s.tls_key}};
        if (first == "replay")
            synthetic::check_replay(s.replay, *symbol_table::from(s.symbols));
        if (const auto why = wrong_with_directory(s.archive.directory))
            return "ARCHIVE: " + *why +
                   "; ARCHIVE=sqlite: and another directory, or ARCHIVE=none, which keeps nothing";
        if (!s.archive.database.empty() && !s.archive.backup_directory.empty())
            return "BACKUP_DIR: an archive in PostgreSQL is backed up with pg_dump; leave this "
                   "empty";
        if (!s.archive.database.empty() && s.archive.bytes_most != 0)
            return "RETENTION_SIZE: bounds an archive in files; in PostgreSQL use RETENTION_TICKS "
                   "and RETENTION_1M";
        if (const auto why = s.archive.database.empty()
                                 ? std::nullopt
                                 : wrong_with_directory(s.archive.state_directory))
            return "ARCHIVE_STATE: " + *why + "; another directory, or empty";
        if (const auto why = wrong_with_directory(s.archive.backup_directory))
            return "BACKUP_DIR: " + *why;
        if (asks_providers)
            net::make_tls_context(s.live.ca_file);
    } catch (const std::exception& refused) {
        return refused.what();
    }
    return std::nullopt;
}

}  // namespace tickertape
