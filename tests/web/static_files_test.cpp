#include "web/static_files.hpp"

#include "small_site.hpp"
#include "support/catch.hpp"
#include "support/gunzip.hpp"
#include "temporary_directory.hpp"
#include "web/asset.hpp"
#include "web/embedded_page.hpp"

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
namespace fs = std::filesystem;

namespace {

std::string why_refused(const fs::path& directory)
{
    try {
        const static_files files{directory};
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return "(it was taken)";
}

std::string read_file(const fs::path& path)
{
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

// The files of static/ that are ours to serve, by their names.
std::map<std::string, std::string> sources_of_page()
{
    static const std::set<std::string> of_npm{"package.json", "package-lock.json"};
    const auto root = fs::path{TICKERTAPE_ROOT} / "static";
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator{root}) {
        const auto name = entry.path().lexically_relative(root).generic_string();
        if (entry.is_regular_file() && name.front() != '.' && !name.starts_with("vendor/") &&
            !name.starts_with("node_modules/") && !of_npm.contains(name))
            found.emplace(name, read_file(entry.path()));
    }
    return found;
}

// Whether `text` is `source` with parts of lines left out: comments.
bool is_what_is_left_of(std::string_view text, std::string_view source)
{
    std::istringstream left{std::string{text}};
    std::istringstream lines{std::string{source}};
    std::string line;
    for (std::string kept; std::getline(left, kept);) {
        if (!std::getline(lines, line))
            return false;
        auto at = line.begin();
        for (const char c : kept) {
            at = std::find(at, line.end(), c);
            if (at++ == line.end())
                return false;
        }
    }
    return !std::getline(lines, line);
}

const embedded_file* embedded(std::string_view name)
{
    const auto files = embedded_files();
    const auto found = std::ranges::find(files, name, &embedded_file::name);
    return found == files.end() ? nullptr : &*found;
}

// "model/series-0123456789ab.js" as "model/series.js"; as it is where it does not look like that.
std::string usual_name(std::string_view name)
{
    const auto dot = name.rfind('.');
    const auto dash = name.rfind('-');
    if (dot == std::string_view::npos || dash == std::string_view::npos || dot - dash != 13 ||
        name.find_first_not_of("0123456789abcdef", dash + 1) != dot)
        return std::string{name};
    return std::string{name.substr(0, dash)} + std::string{name.substr(dot)};
}

response coded(const small_site& s, std::string_view target, std::string_view accept_encoding)
{
    auto r = s.asked(target);
    set_header(r, "Accept-Encoding", accept_encoding);
    return s.answer_to(r);
}

unsigned status_with_tag(const small_site& s, std::string_view if_none_match)
{
    auto r = s.asked("/");
    set_header(r, "If-None-Match", if_none_match);
    return s.answer_to(r).status;
}

}  // namespace

TEST_CASE("a path that could lead elsewhere is not found", "[web]")
{
    const temporary_directory outside;
    outside.write("secret.txt", "secret");
    outside.write("site/index.html", "page");
    outside.write("site/.env", "KEY=secret");
    outside.write("site/.git/config", "secret");
    outside.write("site/a b.txt", "blank");
    const small_site compiled_in;
    const small_site from_directory{{"BTC-USD"}, 8, static_files{outside.path() / "site"}};
    const auto path = GENERATE(
        "", "/", "/.", "/..", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
        "/..%5csecret.txt", "/%2e%2e%2fsecret.txt", "/x/../../secret.txt", "/./index.html",
        "//index.html", "/index.html/", "/index.html/.", "/index.html%00", "/index.html%00.js",
        "/.env", "/.git/config", "/%2eenv", "/a%20b.txt", "/a+b.txt", "/c:index.html",
        "/index.html:stream", "/%2fetc%2fpasswd", "//etc/passwd", "/caf%c3%a9", "/nothing.js",
        "/INDEX.HTML", "/~", "/*", "/index.html%0a");
    CAPTURE(path);
    for (const auto* s : {&compiled_in, &from_directory}) {
        const auto r = s->get(std::string{"/static"} + path);
        CHECK(r.status == 404);
        CHECK(r.content().find("secret") == std::string_view::npos);
        CHECK(r.content_type == "application/problem+json");
    }
}

TEST_CASE("a path of any length is not found, and nothing worse", "[web]")
{
    const temporary_directory d;
    d.write("index.html", "page");
    const small_site s{{"BTC-USD"}, 8, static_files{d.path()}};
    CHECK(s.get("/static/" + std::string(10'000, 'a')).status == 404);
    std::string deep = "/static";
    for (int i = 0; i < 5'000; ++i)
        deep += "/a";
    CHECK(s.get(deep).status == 404);
}

TEST_CASE("a link that leads out of the directory is not followed", "[web]")
{
    const temporary_directory outside;
    outside.write("secret.txt", "secret");
    outside.write("site-too/secret.txt", "secret");
    outside.write("site/index.html", "page");
    outside.write("site/real.txt", "inside");
    const auto site = outside.path() / "site";
    fs::create_symlink(outside.path() / "secret.txt", site / "file.txt");
    fs::create_symlink("../secret.txt", site / "relative.txt");
    fs::create_directory_symlink(outside.path(), site / "up");
    fs::create_directory_symlink(outside.path() / "site-too", site / "beside");
    fs::create_symlink("loop.txt", site / "loop.txt");
    fs::create_symlink("real.txt", site / "inside.txt");
    const small_site s{{"BTC-USD"}, 8, static_files{site}};
    for (const auto* path :
         {"file.txt", "relative.txt", "up/secret.txt", "beside/secret.txt", "loop.txt", "up",
          "up/site/index.html/x"}) {
        CAPTURE(path);
        CHECK(s.get(std::string{"/static/"} + path).status == 404);
    }
    CHECK(s.get("/static/inside.txt").body == "inside");
    CHECK(s.get("/static/up/site/index.html").body == "page");  // leads out, and in again
}

TEST_CASE("only a file is a file", "[web]")
{
    const temporary_directory d;
    d.write("index.html", "page");
    d.write("folder/x.js", "x");
    REQUIRE(::mkfifo((d.path() / "fifo.txt").c_str(), 0600) == 0);
    const small_site s{{"BTC-USD"}, 8, static_files{d.path()}};
    CHECK(s.get("/static/folder").status == 404);
    CHECK(s.get("/static/fifo.txt").status == 404);  // and does not wait for a writer
    CHECK(s.get("/static/folder/x.js").body == "x");
}

TEST_CASE("a file past the limit is not found", "[web]")
{
    const temporary_directory d;
    d.write("index.html", "page");
    d.write("large.txt", "");
    fs::resize_file(d.path() / "large.txt", static_files::file_bytes_max + 1);
    const small_site s{{"BTC-USD"}, 8, static_files{d.path()}};
    CHECK(s.get("/static/large.txt").status == 404);
    fs::resize_file(d.path() / "large.txt", static_files::file_bytes_max);
    CHECK(s.get("/static/large.txt").body.size() == static_files::file_bytes_max);
}

TEST_CASE("a directory that cannot be served stops the start with one line", "[web]")
{
    const temporary_directory d;
    const auto missing = d.path() / "missing";
    CHECK(
        why_refused(missing) == "STATIC_DIR: cannot read index.html in '" + missing.string() + "'");
    CHECK(
        why_refused(d.path()) ==
        "STATIC_DIR: cannot read index.html in '" + d.path().string() + "'");
    CHECK(why_refused("") == "STATIC_DIR: cannot read index.html in ''");
    d.write("index.html", "page");
    CHECK(why_refused(d.path()) == "(it was taken)");
    CHECK(
        why_refused(d.path() / "index.html") ==
        "STATIC_DIR: cannot read index.html in '" + (d.path() / "index.html").string() + "'");
}

TEST_CASE("a directory without permission to read stops the start", "[web]")
{
    if (::geteuid() == 0)
        return;  // root may read everything
    const temporary_directory d;
    d.write("index.html", "page");
    fs::permissions(d.path() / "index.html", fs::perms::none);
    CHECK(
        why_refused(d.path()) ==
        "STATIC_DIR: cannot read index.html in '" + d.path().string() + "'");
}

namespace {

// The line that the packing of the page fills in.
std::string without_line_of(std::string text, std::string_view begin)
{
    const auto at = text.find(begin);
    if (at != std::string::npos)
        text.erase(at, text.find('\n', at) + 1 - at);
    return text;
}

}  // namespace

TEST_CASE("the page is compiled in, whole", "[web]")
{
    const auto sources = sources_of_page();
    REQUIRE(sources.contains("index.html"));
    CHECK(embedded("index.html") == nullptr);
    for (const auto& [name, source] : sources) {
        if (name == "index.html")
            continue;
        CAPTURE(name);
        const auto* file = embedded(name);
        REQUIRE(file != nullptr);
        const bool has_comments = name.ends_with(".js") || name.ends_with(".css");
        if (name == "service_worker.js") {
            const std::string_view filled_in = "const built = ";
            CHECK(is_what_is_left_of(
                without_line_of(std::string{file->content}, filled_in),
                without_line_of(source, filled_in)));
            continue;
        }
        if (name == "stream.js") {
            // Other people's pages load it alone, so it has all that it imports in it.
            CHECK(file->content.find("import ") == std::string_view::npos);
            CHECK(file->content.find("from\"./") == std::string_view::npos);
            for (const auto* const exported :
                 {"PriceStream", "SharedPriceStream", "comparePositions", "parsePosition"})
                CHECK(file->content.find(exported) != std::string_view::npos);
            continue;
        }
        // Or the file has changed since the build.
        CHECK((has_comments ? is_what_is_left_of(file->content, source) : file->content == source));
    }
}

TEST_CASE("what the page uses has a lasting name, and is the same in each coding", "[web]")
{
    std::map<std::string, int> lasting;
    std::map<std::string, int> own;
    for (const auto& file : embedded_files()) {
        CAPTURE(file.name);
        ++(file.is_lasting ? lasting : own)[usual_name(file.name)];
        CHECK((usual_name(file.name) != file.name) == file.is_lasting);
        CHECK(file.digest == sha256_hex(file.content));
        if (!file.gzip.empty()) {
            CHECK((gunzip(file.gzip) == file.content));
            CHECK(file.brotli.size() < file.content.size());
        }
    }
    CHECK(lasting.contains("page.js"));
    for (const auto& [name, count] : lasting) {
        CAPTURE(name);
        CHECK(count == 1);
        // What several parts of the page share is a part that no source is of.
        CHECK(own[name] == (name == "chunk.js" ? 0 : 1));
    }
    CHECK(own.contains("vendor/lightweight-charts.js"));
}

TEST_CASE("the page is answered with what keeps it safe and up to date", "[web]")
{
    const small_site s;
    const auto r = s.get("/");
    CHECK(r.status == 200);
    CHECK(r.content_type == "text/html; charset=utf-8");
    CHECK(r.content().starts_with("<!"));
    CHECK(header_of(r, "Cache-Control") == "no-cache");
    CHECK(
        header_of(r, "Content-Security-Policy") ==
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src "
        "'self'; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'");
    CHECK(header_of(r, "Referrer-Policy") == "no-referrer");
    CHECK(s.get("/static/index.html").content() == r.content());
    CHECK(s.get("/?x=1").content() == r.content());
}

TEST_CASE("a tag is 32 digits in quotes and differs between files", "[web]")
{
    const small_site s;
    const auto tag = header_of(s.get("/"), "ETag");
    CHECK(tag.size() == 34);
    CHECK(tag.front() == '"');
    CHECK(tag.back() == '"');
    CHECK(tag.find_first_not_of("0123456789abcdef", 1) == 33);
    CHECK(header_of(s.get("/static/page.js"), "ETag") != tag);
}

TEST_CASE("who has the file is told so without sending it", "[web]")
{
    const small_site s;
    const auto tag = header_of(s.get("/"), "ETag");
    auto r = s.asked("/");
    set_header(r, "If-None-Match", tag);
    const auto answer = s.answer_to(r);
    CHECK(answer.status == 304);
    CHECK(answer.content().empty());
    CHECK(answer.content_type.empty());
    CHECK(header_of(answer, "ETag") == tag);
    CHECK(header_of(answer, "Cache-Control") == "no-cache");
}

TEST_CASE("a tag is found alone, weak, in a list and by a star", "[web]")
{
    const small_site s;
    const auto tag = header_of(s.get("/"), "ETag");
    CHECK(status_with_tag(s, tag) == 304);
    CHECK(status_with_tag(s, "W/" + tag) == 304);
    CHECK(status_with_tag(s, "\"x\", W/\"y\", " + tag) == 304);
    CHECK(status_with_tag(s, "\"a,b\"," + tag + ",\"c\"") == 304);
    CHECK(status_with_tag(s, "*") == 304);
}

TEST_CASE("another tag, or no tag at all, gets the file", "[web]")
{
    const small_site s;
    const auto tag = header_of(s.get("/"), "ETag");
    const auto bare = tag.substr(1, 32);
    CHECK(status_with_tag(s, "") == 200);
    CHECK(status_with_tag(s, "\"\"") == 200);
    CHECK(status_with_tag(s, "\"x\"") == 200);
    CHECK(status_with_tag(s, bare) == 200);
    CHECK(status_with_tag(s, "\"" + bare) == 200);
    CHECK(status_with_tag(s, bare + "\"") == 200);
    CHECK(status_with_tag(s, "\"x" + bare + "\"") == 200);
    CHECK(status_with_tag(s, "\"*\"") == 200);
    CHECK(status_with_tag(s, "\"\"\"\"\"") == 200);
}

TEST_CASE("a file read from a directory has its new tag as soon as it changes", "[web]")
{
    const temporary_directory d;
    d.write("index.html", "one");
    const small_site s{{"BTC-USD"}, 8, static_files{d.path()}};
    const auto tag = header_of(s.get("/"), "ETag");
    CHECK(status_with_tag(s, tag) == 304);
    d.write("index.html", "two");
    CHECK(status_with_tag(s, tag) == 200);
    CHECK(s.get("/").body == "two");
    CHECK(tag == "\"7692c3ad3540bb803c020b3aee66cd88\"");  // SHA-256 of "one", half of it
}

TEST_CASE("the ending of a name says what a file is", "[web]")
{
    const temporary_directory d;
    d.write("index.html", "page");
    const small_site s{{"BTC-USD"}, 8, static_files{d.path()}};
    const auto type_of = [&](const std::string& name) {
        d.write(name, "content");
        return std::string{s.get("/static/" + name).content_type};
    };
    CHECK(type_of("x.html") == "text/html; charset=utf-8");
    CHECK(type_of("x.css") == "text/css; charset=utf-8");
    CHECK(type_of("x.js") == "text/javascript; charset=utf-8");
    CHECK(type_of("x.mjs") == "text/javascript; charset=utf-8");
    CHECK(type_of("x.json") == "application/json");
    CHECK(type_of("x.svg") == "image/svg+xml");
    CHECK(type_of("x.png") == "image/png");
    CHECK(type_of("x.ico") == "image/x-icon");
    CHECK(type_of("x.txt") == "text/plain; charset=utf-8");
    CHECK(type_of("folder/x.min.js") == "text/javascript; charset=utf-8");
    CHECK(type_of("x.js.map") == "application/octet-stream");
    CHECK(type_of("x.php") == "application/octet-stream");
    CHECK(type_of("js") == "application/octet-stream");
}

TEST_CASE("an empty file is an empty file", "[web]")
{
    const temporary_directory d;
    d.write("index.html", "page");
    d.write("empty.css", "");
    const small_site s{{"BTC-USD"}, 8, static_files{d.path()}};
    const auto r = s.get("/static/empty.css");
    CHECK(r.status == 200);
    CHECK(r.content().empty());
}

TEST_CASE("what a lasting name stands for is kept for good, and anything else asked about", "[web]")
{
    const small_site s;
    for (const auto& file : embedded_files()) {
        CAPTURE(file.name);
        const auto r = s.get("/static/" + std::string{file.name});
        CHECK(r.status == 200);
        CHECK((r.content() == file.content));
        CHECK(
            header_of(r, "Cache-Control") ==
            (file.is_lasting ? "public, max-age=31536000, immutable" : "no-cache"));
    }
    CHECK(s.get("/static/page-000000000000.js").status == 404);
}

TEST_CASE("a file is sent in the coding that its reader wants", "[web]")
{
    const small_site s;
    const auto* file = embedded("vendor/lightweight-charts.js");
    REQUIRE(file != nullptr);
    const auto target = "/static/" + std::string{file->name};
    const auto plain = coded(s, target, "");
    const auto gzipped = coded(s, target, "gzip, deflate");
    const auto brotlied = coded(s, target, "gzip, deflate, br");
    CHECK((plain.content() == file->content));
    CHECK((gzipped.content() == file->gzip));
    CHECK((brotlied.content() == file->brotli));
    CHECK(header_of(plain, "Content-Encoding") == "(none)");
    CHECK(header_of(gzipped, "Content-Encoding") == "gzip");
    CHECK(header_of(brotlied, "Content-Encoding") == "br");
    std::set<std::string> tags;
    for (const auto& r : {plain, gzipped, brotlied}) {
        CHECK(header_of(r, "Vary") == "Accept-Encoding");
        CHECK(r.content_type == "text/javascript; charset=utf-8");
        tags.insert(header_of(r, "ETag"));
    }
    CHECK(tags.size() == 3);
}

TEST_CASE("who has a file in one coding is sent it in another that is wanted now", "[web]")
{
    const small_site s;
    auto r = s.asked("/static/vendor/lightweight-charts.js");
    set_header(r, "Accept-Encoding", "br");
    const auto tag = header_of(s.answer_to(r), "ETag");
    set_header(r, "If-None-Match", tag);
    const auto known = s.answer_to(r);
    CHECK(known.status == 304);
    CHECK(header_of(known, "ETag") == tag);
    CHECK(header_of(known, "Vary") == "Accept-Encoding");
    CHECK(header_of(known, "Content-Encoding") == "(none)");
    set_header(r, "Accept-Encoding", "gzip");
    CHECK(s.answer_to(r).status == 200);
}

TEST_CASE("a file read from a directory is sent as it is", "[web]")
{
    const temporary_directory d;
    d.write("index.html", "page");
    d.write("x.js", std::string(10'000, 'x'));
    const small_site s{{"BTC-USD"}, 8, static_files{d.path()}};
    const auto r = coded(s, "/static/x.js", "gzip, br");
    CHECK(r.content().size() == 10'000);
    CHECK(header_of(r, "Content-Encoding") == "(none)");
    CHECK(header_of(r, "Vary") == "(none)");
    CHECK(header_of(r, "Cache-Control") == "no-cache");
}

TEST_CASE("beside a directory there is what is not ours, and nothing else", "[web]")
{
    const temporary_directory d;
    d.write("index.html", "page");
    const small_site s{{"BTC-USD"}, 8, static_files{d.path()}};
    CHECK(s.get("/static/vendor/lightweight-charts.js").content().size() > 100'000);
    CHECK(s.get("/static/page.js").status == 404);
    CHECK(s.get("/static/vendor/nothing.js").status == 404);
    CHECK(s.get("/static/vendor").status == 404);
    d.write("vendor/lightweight-charts.js", "another");
    CHECK(s.get("/static/vendor/lightweight-charts.js").content() == "another");
}

TEST_CASE("an index.html that has gone is not found", "[web]")
{
    const temporary_directory d;
    d.write("index.html", "page");
    const small_site s{{"BTC-USD"}, 8, static_files{d.path()}};
    fs::remove(d.path() / "index.html");
    CHECK(s.get("/").status == 404);
    CHECK(s.get("/static/index.html").status == 404);
}
