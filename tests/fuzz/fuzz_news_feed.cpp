// Whatever is sent as a feed of news: an error with bounded words, or items that can be shown. What
// is read is text in bounds, with links that lead to http or https.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "news/collection.hpp"
#include "news/feed_reader.hpp"
#include "news/html_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace tickertape;
using namespace tickertape::news;

constexpr wall_time now{std::chrono::seconds{1'790'000'000}};

void must(bool holds)
{
    if (!holds)
        std::abort();
}

void must_be_text(const std::string& text, std::size_t bytes_max)
{
    must(text.size() <= bytes_max);
    must(std::ranges::none_of(text, [](char c) { return c >= 0 && c < ' '; }));
    // It is clean already.
    must(clean_text(text) == text);
}

void must_be_item(const item& one)
{
    must(!one.title.empty());
    must_be_text(one.title, title_bytes_max);
    must_be_text(one.summary, summary_bytes_max);
    must(one.link.starts_with("http://") || one.link.starts_with("https://"));
    must(one.link.size() <= link_bytes_max);
    must(std::ranges::all_of(one.link, [](char c) { return c > ' ' && c < 0x7f; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::string body{reinterpret_cast<const char*>(bytes), size};
    static_cast<void>(text_of_html(body));
    const auto read = read_feed(body, "https://x.test/feed");
    if (!read) {
        must(read.error().code.failed());
        must(read.error().detail.size() <= words_bytes_max);
        return 0;
    }
    must(read->items.size() + read->dropped <= feed_items_max);
    must_be_text(read->title, title_bytes_max);
    for (const auto& one : read->items)
        must_be_item(one);
    collection all{{"x.test"}};
    const auto first = all.take(0, read->items, now);
    must(first.added + first.repeated == read->items.size() && first.edited == 0);
    const auto again = all.take(0, read->items, now);
    must(again.added == 0 && all.newest_first().size() == first.added);
    return 0;
}

// Fills the corpus with recorded feeds.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv)
{
    namespace fs = std::filesystem;
    std::error_code ignored;
    const std::vector<std::string> arguments(*argv + 1, *argv + *argc);
    const auto corpus = std::ranges::find_if(
        arguments, [&](const auto& each) { return fs::is_directory(each, ignored); });
    if (corpus == arguments.end())
        return 0;
    for (const auto& file : fs::directory_iterator{TICKERTAPE_FIXTURES "/news", ignored}) {
        const auto name = file.path().filename().string();
        if (name.ends_with(".xml"))
            fs::copy_file(
                file.path(), *corpus + "/seed." + name, fs::copy_options::overwrite_existing,
                ignored);
    }
    return 0;
}
