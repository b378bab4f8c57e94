// What the archive does with whole files. All functions throw thrown_failure with the path.
#pragma once

#include "archive/errors.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::archive {

// The files that SQLite keeps beside one of its own.
inline constexpr std::string_view beside[] = {"-wal", "-shm", "-journal"};
// What ends so was not completed, and is removed at the start.
inline constexpr std::string_view unfinished = ".tmp";

// A descriptor that is closed by its owner.
class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int number) noexcept : number_{number} {}
    descriptor(descriptor&& from) noexcept : number_{from.release()} {}
    descriptor& operator=(descriptor&& from) noexcept;
    ~descriptor();
    int number() const noexcept { return number_; }
    int release() noexcept;

private:
    int number_ = -1;
};

// One process at a time has a directory: `LOCK` in it, which also says which process that is.
// Throws archive_errc::in_use.
descriptor lock_directory(const std::filesystem::path& directory);

// Makes a directory and those above it; what was made is on the disk when this returns.
void make_directory(const std::filesystem::path& directory);
// Forces a file, or the names in a directory, to the disk.
void sync_path(const std::filesystem::path& path);
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);
// Removes a file if it is there.
void remove_file(const std::filesystem::path& path);
// Removes a database and what is beside it.
void remove_database(const std::filesystem::path& path);
// The text of a small file, or nothing if it is not there.
std::optional<std::string> read_small(const std::filesystem::path& path);
// Puts a small file into its place, durably and as a whole.
void write_small(const std::filesystem::path& path, std::string_view text);
// Moves a file and what is beside it to a folder beside it, under a name that no other has. Returns
// where it is now.
std::filesystem::path put_away(const std::filesystem::path& file, std::string_view folder);
// The same to damaged/.
std::filesystem::path quarantine(const std::filesystem::path& file);

inline constexpr std::size_t sha256_digits = 64;
// Lower-case hexadecimal SHA-256 of a file. Throws if it cannot be read to its end.
std::string sha256_of(const std::filesystem::path& path);

}  // namespace tickertape::archive
