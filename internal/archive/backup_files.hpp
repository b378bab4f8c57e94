// What making and restoring a backup do with its files. All functions throw thrown_failure.
#pragma once

#include "archive/files.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::archive {

// The digests of all other files of a backup, as `sha256sum -c` reads them.
inline constexpr std::string_view manifest_name = "SHA256SUMS";

// Removes a directory with all that is in it, if it is there.
void remove_tree(const std::filesystem::path& path);
// Copies a file to a new one.
void copy_bytes(const std::filesystem::path& from, const std::filesystem::path& to);
// The regular files of a directory, by name.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory);
// Name and digest of each file.
std::map<std::string, std::string> read_manifest(const std::filesystem::path& backup);

}  // namespace tickertape::archive
