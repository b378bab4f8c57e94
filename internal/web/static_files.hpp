// The page: compiled into the program, or read from a directory while somebody works on it.
//
// Threads: any.
#pragma once

#include "web/message.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape {

struct embedded_file {
    std::string_view name;  // relative to static/: "page.js"
    std::string_view content;
    std::string_view digest;  // SHA-256, hexadecimal
};

// Written at build time from static/.
std::span<const embedded_file> embedded_files() noexcept;

class static_files {
public:
    static constexpr std::uintmax_t file_bytes_max = std::uintmax_t{8} << 20;

    // The files compiled in.
    static_files() = default;
    // The files below `directory`. Throws std::runtime_error where it has no readable index.html.
    explicit static_files(const std::filesystem::path& directory);

    // The file at that path: 200, 304 where the client has it, 404.
    response get(const request& r, std::span<const std::string> path) const;

private:
    struct file {
        std::string content;              // where it was read
        std::string_view shared_content;  // where it is compiled in
        std::string tag;
    };

    std::optional<file> find(std::span<const std::string> path) const;
    std::optional<file> read(std::span<const std::string> path) const;

    std::optional<std::filesystem::path> directory_;
};

}  // namespace tickertape
