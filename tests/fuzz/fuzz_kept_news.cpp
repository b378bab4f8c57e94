// Whatever stands in a text with news: it is refused with bounded words, or reads back as it is
// written, with links that can be followed and no header of a request made of two.
#include "core/text.hpp"
#include "news/kept_news.hpp"
#include "news/link.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tickertape;
using namespace tickertape::news;

constexpr moment now{
    steady_time{std::chrono::hours{3}}, wall_time{std::chrono::seconds{1'790'000'000}},
    boot_time{std::chrono::hours{4}}};

void must(bool holds)
{
    if (!holds)
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const auto feeds = read_kept_news({reinterpret_cast<const char*>(bytes), size}, now);
    if (!feeds) {
        must(feeds.error().code.failed());
        must(feeds.error().detail.size() <= words_bytes_max);
        return 0;
    }
    for (const auto& feed : *feeds) {
        must(!feed.state.answered || *feed.state.answered <= now.boot);
        must(feed.etag.find('\n') == std::string::npos);
        must(feed.items.size() <= kept_items_max);
        for (const auto& one : feed.items)
            must(!one.of.title.empty() && absolute_link(one.of.link) == one.of.link);
    }
    const auto again = write_kept(*feeds);
    const auto back = read_kept_news(again, now);
    must(back.has_value());
    must(write_kept(*back) == again);
    return 0;
}

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t most);
extern "C" std::size_t
LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t most, unsigned)
{
    static const std::string text =
        R"({"kept":"news","version":1,"feeds":[{"address":"https://x.test/feed","title":"T","trouble":"",)"
        R"("answered_at":1789999000000,"max_age":0,"etag":"\"a\"","last_modified":"","validated_at":"",)"
        R"("items":[{"id":"1","link":"https://x.test/1","title":"A","summary":"","published_at":1,"dated":true}]}]})";
    if (size < 8 && text.size() <= most) {
        text.copy(reinterpret_cast<char*>(bytes), text.size());
        return text.size();
    }
    return LLVMFuzzerMutate(bytes, size, most);
}
