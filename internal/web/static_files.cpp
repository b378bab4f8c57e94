#include "web/static_files.hpp"

#include "web/problem.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>

namespace tickertape {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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

std::string tag_of(std::string_view hex_digest)
{
    return "\"" + std::string{hex_digest.substr(0, 32)} + "\"";
}

std::string digest_of(std::string_view content)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data());
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const auto byte : digest) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return hex;
}

// RFC 9110, section 13.1.2: a list of tags, compared weakly, or "*".
bool holds_tag(std::string_view if_none_match, std::string_view tag)
{
    if (if_none_match == "*")
        return true;
    for (std::size_t at = if_none_match.find('"'); at != std::string_view::npos;) {
        const auto close = if_none_match.find('"', at + 1);
        if (close == std::string_view::npos)
            return false;
        if (if_none_match.substr(at, close - at + 1) == tag)
            return true;
        at = if_none_match.find('"', close + 1);
    }
    return false;
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
    if (failed || !read_whole(*directory_ / "index.html"))
        throw std::runtime_error{
            "STATIC_DIR: cannot read index.html in '" + directory.string() + "'"};
}

response static_files::get(const request& r, std::span<const std::string> path) const
{
    if (path.empty() || !std::ranges::all_of(path, is_plain_name))
        return to_response(not_found());
    auto found = find(path);
    if (!found)
        return to_response(not_found());
    response out;
    out.headers.emplace_back("ETag", found->tag);
    // Names stay the same when contents change, so a copy is asked about before it is used.
    out.headers.emplace_back("Cache-Control", "no-cache");
    if (holds_tag(r.if_none_match, found->tag)) {
        out.status = 304;
        return out;
    }
    out.content_type = content_type_of(path.back());
    out.headers.emplace_back("Content-Security-Policy", content_policy);
    out.headers.emplace_back("Referrer-Policy", "no-referrer");
    out.body = std::move(found->content);
    out.shared_body = found->shared_content;
    return out;
}

std::optional<static_files::file> static_files::find(std::span<const std::string> path) const
{
    if (directory_)
        return read(path);
    const auto name = joined(path);
    const auto files = embedded_files();
    const auto found = std::ranges::find(files, name, &embedded_file::name);
    if (found == files.end())
        return std::nullopt;
    return file{{}, found->content, tag_of(found->digest)};
}

std::optional<static_files::file> static_files::read(std::span<const std::string> path) const
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
    auto content = read_whole(where);
    if (!content)
        return std::nullopt;
    auto tag = tag_of(digest_of(*content));
    return file{std::move(*content), {}, std::move(tag)};
}

}  // namespace tickertape
