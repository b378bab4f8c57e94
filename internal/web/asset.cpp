#include "web/asset.hpp"

#include "http/gzip.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <utility>

namespace tickertape::web {
namespace {

constexpr std::size_t tag_digits = 32;

constexpr std::string_view content_policy =
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

// The same bytes in another coding are another thing to a cache (RFC 9110, section 8.8.3).
std::string tag_of(const asset& what)
{
    std::string tag{"\""};
    tag += what.digest.substr(0, tag_digits);
    if (what.coding != http::content_coding::identity) {
        tag += '-';
        tag += http::name_of(what.coding);
    }
    tag += '"';
    return tag;
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

std::array<unsigned char, SHA256_DIGEST_LENGTH> sha256(std::string_view content)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data());
    return digest;
}

}  // namespace

http::response plain_head_for(const asset& what, const http::request& r)
{
    http::response out;
    const auto tag = tag_of(what);
    out.headers.emplace_back("ETag", tag);
    // Where the name stays when the content changes, a copy is asked about before it is used.
    out.headers.emplace_back(
        "Cache-Control", what.is_lasting ? "public, max-age=31536000, immutable" : "no-cache");
    if (what.has_codings)
        out.headers.emplace_back("Vary", "Accept-Encoding");
    if (holds_tag(r.header("If-None-Match"), tag)) {
        out.status = 304;
        return out;
    }
    out.content_type = what.content_type;
    if (what.coding != http::content_coding::identity)
        out.headers.emplace_back("Content-Encoding", http::name_of(what.coding));
    return out;
}

http::response head_for(const asset& what, const http::request& r)
{
    auto out = plain_head_for(what, r);
    if (out.status == 304)
        return out;
    out.headers.emplace_back("Content-Security-Policy", content_policy);
    out.headers.emplace_back("Referrer-Policy", "no-referrer");
    return out;
}

http::response answer_with(
    std::string body, asset what, const http::request& r,
    http::response (*head)(const asset&, const http::request&))
{
    const http::offered_codings offered{.gzip = http::is_worth_gzip(body.size()), .brotli = false};
    const auto digest = sha256_hex(body);
    what.digest = digest;
    what.coding = http::choose_coding(r.only_header("Accept-Encoding"), offered);
    what.has_codings = offered.any();
    auto out = head(what, r);
    if (out.status == 200)
        out.body = what.coding == http::content_coding::gzip ? http::gzip(body) : std::move(body);
    return out;
}

std::string sha256_hex(std::string_view content)
{
    const auto digest = sha256(content);
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const auto byte : digest) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return hex;
}

std::string sha256_base64(std::string_view content)
{
    const auto digest = sha256(content);
    std::array<unsigned char, 45> text;  // 44 letters and a zero
    const auto length = EVP_EncodeBlock(text.data(), digest.data(), SHA256_DIGEST_LENGTH);
    return {text.begin(), text.begin() + length};
}

}  // namespace tickertape::web
