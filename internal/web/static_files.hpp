// The files of the page: compiled into the program, or read from a directory while they are being
// developed.
//
// Threads: any.
#pragma once

#include "http/message.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tickertape::web {

class static_files {
public:
    static constexpr std::uintmax_t file_bytes_max = std::uintmax_t{8} << 20;

    // The files compiled in, in the coding that suits a client best.
    static_files() = default;
    // The files below `directory`, as they are. Throws std::runtime_error where it has no readable
    // index.html.
    explicit static_files(const std::filesystem::path& directory);

    // The file at that path: 200, 304 where the client has it, 404.
    http::response get(const http::request& r, std::span<const std::string> path) const;

    bool is_compiled_in() const noexcept { return !directory_; }
    // index.html, or another page, as it stands in the directory now; none where it cannot be read.
    // Only of files that are not compiled in.
    std::optional<std::string> read_page(std::string_view name = "index.html") const;

private:
    std::optional<std::string> read(std::span<const std::string> path) const;

    std::optional<std::filesystem::path> directory_;
};

}  // namespace tickertape::web
