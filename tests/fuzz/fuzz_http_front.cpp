// Any bytes as what comes on a connection: they are the same requests however they are cut into
// pieces, nothing is held or taken beyond its limit, and where Beast, which reads more, takes a
// request as well, it sees the same one and its end at the same place.
#include "http/request_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace tickertape;
using namespace tickertape::http;
namespace parsing = boost::beast::http;

namespace {

constexpr request_reader::limits limits{.head_bytes = 512, .body_bytes = 256};

void require(bool holds)
{
    if (!holds)
        std::abort();
}

bool is_harmless(std::string_view text)
{
    return std::ranges::none_of(
        text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

void check(const request& head)
{
    require(!head.method_name.empty() && !head.target.empty());
    require(head.target.size() <= limits.head_bytes && is_harmless(head.target));
    for (const auto& [name, value] : head.headers)
        require(name.size() + value.size() <= limits.head_bytes && is_harmless(value));
    require(head.body.size() <= limits.body_bytes);
}

void check(const request_reader::refused& no)
{
    require(no.told.status == 400 || no.told.status == 413 || no.told.status == 431);
    require(is_harmless(no.told.detail) && no.told.detail.size() < 100);
}

// A request that was taken, as Beast sees it. Not one whose body was not waited for.
void compare_with_beast(std::string_view text, const request& head)
{
    parsing::request_parser<parsing::string_body> p;
    p.eager(true);
    p.header_limit(UINT32_MAX);
    boost::system::error_code failed;
    std::size_t used = 0;
    while (!p.is_done() && used < text.size()) {
        used += p.put(boost::asio::buffer(text.data() + used, text.size() - used), failed);
        if (failed)
            return;  // it is stricter about what stands behind the size of a chunk
    }
    const auto& m = p.get();
    if (m["Expect"].size() == 12)
        return;
    require(p.is_done() && used == text.size());
    require(std::string_view(m.target().data(), m.target().size()) == head.target);
    require(m.body() == head.body);
}

// What became of the first request: how many bytes it had, and whether it was refused.
struct outcome {
    std::size_t used = 0;
    bool over = false;
    std::optional<refusal> why;

    friend bool operator==(const outcome&, const outcome&) = default;
};

// Given in pieces of `piece` bytes.
outcome read(std::string_view text, std::size_t piece)
{
    request_reader r{limits};
    outcome o;
    bool is_kept = false;
    while (o.used < text.size() && !r.is_over()) {
        const auto given = text.substr(o.used, piece);
        // As a session does: the route decides on the body when the head has been read.
        auto taken = r.take_head(given);
        if (r.has_head() && !r.is_over() && !is_kept && !r.expects_continue()) {
            is_kept = true;
            r.keep_body([](std::size_t bytes) { return bytes <= limits.body_bytes; });
        }
        taken += r.take(given.substr(taken));
        require(taken == given.size() || (taken < given.size() && r.is_over()));
        o.used += taken;
    }
    o.over = r.is_over();
    require(r.take("") == 0);
    if (const auto& no = r.refusal_found()) {
        check(*no);
        // How far it was read when that was seen says nothing.
        o = {.used = 0, .over = true, .why = no->why};
    } else if (o.over) {
        check(r.asked());
        compare_with_beast(text.substr(0, o.used), r.asked());
    }
    return o;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    std::string_view text{reinterpret_cast<const char*>(bytes), size};
    // As a connection would: one request behind the other.
    for (int i = 0; i < 16 && !text.empty(); ++i) {
        const auto whole = read(text, text.size());
        require(read(text, 1) == whole);
        require(read(text, 7) == whole);
        if (!whole.over || whole.why)
            return 0;
        require(whole.used > 0 && whole.used <= text.size());
        text.remove_prefix(whole.used);
    }
    return 0;
}
