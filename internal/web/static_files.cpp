#include "web/static_files.hpp"

#include "http/problem.hpp"
#include "web/asset.hpp"
#include "web/embedded_page.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <fstream>
#include <stdexcept>

namespace tickertape::web {
namespace {

namespace fs = std::filesystem;

// What is not ours is in no directory of sources, so it is had from what is compiled in.
constexpr std::string_view others_folder = "vendor";

// Nothing that could lead out of the directory, or to what was not meant to be shown.
bool is_plain_name(std::string_view segment)
{
    return !segment.empty() && segment.front() != '.' &&
           std::ranges::all_of(segment, [](unsigned char c) {
               return c > 0x20 && c < 0x7f && c != '/' && c != '\\' && c != ':';
           });
}

std::string joined(std::span<const std::string> path)
{
    std::string name;
    for (const auto& segment : path)
        name += (name.empty() ? "" : "/") + segment;
    return name;
}

std::string_view content_type_of(std::string_view name)
{
    struct type {
        std::string_view ending;
        std::string_view name;
    };
    static constexpr std::array<type, 9> types{{
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".txt", "text/plain; charset=utf-8"},
    }};
    for (const auto& t : types)
        if (name.ends_with(t.ending))
            return t.name;
    return "application/octet-stream";
}

http::response answer_with(const embedded_file& found, const http::request& r)
{
    const http::offered_codings offered{
        .gzip = !found.gzip.empty(), .brotli = !found.brotli.empty()};
    const asset what{
        .content_type = content_type_of(found.name),
        .digest = found.digest,
        .coding = http::choose_coding(r.only_header("Accept-Encoding"), offered),
        .has_codings = offered.any(),
        .is_lasting = found.is_lasting,
    };
    auto out = head_for(what, r);
    if (out.status != 200)
        return out;
    switch (what.coding) {
    case http::content_coding::identity:
        out.shared_body = found.content;
        break;
    case http::content_coding::gzip:
        out.shared_body = found.gzip;
        break;
    case http::content_coding::brotli:
        out.shared_body = found.brotli;
        break;
    }
    return out;
}

http::response answer_with(std::string content, std::string_view name, const http::request& r)
{
    const auto digest = sha256_hex(content);
    auto out = head_for({.content_type = content_type_of(name), .digest = digest}, r);
    if (out.status == 200)
        out.body = std::move(content);
    return out;
}

std::optional<std::string> read_whole(const fs::path& path)
{
    std::error_code failed;
    const auto bytes = fs::file_size(path, failed);
    if (failed || bytes > static_files::file_bytes_max)
        return std::nullopt;
    std::ifstream in{path, std::ios::binary};
    std::string content(bytes, '\0');
    if (!in.read(content.data(), static_cast<std::streamsize>(bytes)))
        return std::nullopt;
    return content;
}

}  // namespace

static_files::static_files(const fs::path& directory)
{
    std::error_code failed;
    directory_ = fs::canonical(directory, failed);
    if (failed || !read_page())
        throw std::runtime_error{
            "STATIC_DIR: cannot read index.html in '" + directory.string() + "'"};
}

http::response static_files::get(const http::request& r, std::span<const std::string> path) const
{
    if (path.empty() || !std::ranges::all_of(path, is_plain_name))
        return http::to_response(http::not_found());
    if (directory_) {
        if (auto content = read(path))
            return answer_with(*std::move(content), path.back(), r);
        if (path.front() != others_folder)
            return http::to_response(http::not_found());
    }
    const auto files = embedded_files();
    const auto found = std::ranges::find(files, joined(path), &embedded_file::name);
    if (found == files.end())
        return http::to_response(http::not_found());
    return answer_with(*found, r);
}

std::optional<std::string> static_files::read_page(std::string_view name) const
{
    assert(directory_);
    return read_whole(*directory_ / name);
}

std::optional<std::string> static_files::read(std::span<const std::string> path) const
{
    std::error_code failed;
    const auto where = fs::canonical(*directory_ / joined(path), failed);
    if (failed || !fs::is_regular_file(where, failed))
        return std::nullopt;
    // A link may point anywhere; what it points to must lie below the directory.
    const auto [below, end] =
        std::mismatch(directory_->begin(), directory_->end(), where.begin(), where.end());
    if (below != directory_->end() || end == where.end())
        return std::nullopt;
    return read_whole(where);
}

}  // namespace tickertape::web
