// Whatever a provider sends as candles of before: an error with bounded words, or candles that are
// possible, in order, each bucket once, and of the range that was asked for. The first byte says
// which provider answers, with which status, and for which interval; the rest is the body.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "provider/registry.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tickertape;
using namespace tickertape::provider;

constexpr std::array statuses{200, 400, 404, 429};
constexpr std::array lengths{series::interval::m1, series::interval::h1, series::interval::d1};

struct target {
    std::string name;
    std::unique_ptr<candle_api> api;
    market of;
};

const std::vector<target>& targets()
{
    static const auto all = [] {
        std::vector<target> made;
        for (const auto& row : provider_rows())
            if (row.make_candles != nullptr)
                for (const auto* quote : {"USD", "USDT"})
                    if (auto spelled = row.make_rest()->spelling("BTC", quote))
                        made.push_back(
                            {std::string{row.name},
                             row.make_candles(),
                             {symbol_id{0}, *std::move(spelled)}});
        return made;
    }();
    return all;
}

void must(bool holds)
{
    if (!holds)
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    if (size == 0)
        return 0;
    const auto& asked = targets()[bytes[0] % targets().size()];
    const auto rest = bytes[0] / targets().size();
    const auto status = statuses[rest % statuses.size()];
    const auto length = lengths[rest / statuses.size() % lengths.size()];
    const candle_range range{
        series::bucket_open(length, wall_time{std::chrono::seconds{1'000'000'000}}),
        series::bucket_open(length, wall_time{std::chrono::seconds{2'000'000'000}})};

    const net::http_response answer{
        .status = status,
        .content_type = {},
        .body{reinterpret_cast<const char*>(bytes) + 1, size - 1}};
    const auto page = asked.api->read(asked.of, length, range, answer);
    if (!page) {
        must(page.error().code.failed());
        must(page.error().detail.size() <= words_bytes_max);
        return 0;
    }
    must(status == 200);
    const series::candle* before = nullptr;
    for (const auto& c : page->candles) {
        must(c.opens >= range.from && c.opens < range.until);
        must(series::bucket_open(length, c.opens) == c.opens);
        must(before == nullptr || before->opens < c.opens);
        must(c.low.value() <= std::min(c.open.value(), c.close.value()));
        must(c.high.value() >= std::max(c.open.value(), c.close.value()));
        before = &c;
    }
    return 0;
}

// Fills the corpus with the recorded candles of each provider.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv)
{
    namespace fs = std::filesystem;
    std::error_code ignored;
    const std::vector<std::string> arguments(*argv + 1, *argv + *argc);
    const auto corpus = std::ranges::find_if(
        arguments, [&](const auto& each) { return fs::is_directory(each, ignored); });
    if (corpus == arguments.end())
        return 0;
    for (const auto& file : fs::directory_iterator{TICKERTAPE_FIXTURES "/upstreams", ignored}) {
        const auto name = file.path().filename().string();
        std::ifstream in{file.path(), std::ios::binary};
        const std::string body{std::istreambuf_iterator<char>{in}, {}};
        for (std::size_t i = 0; i < targets().size(); ++i)
            for (std::size_t length = 0; length < lengths.size(); ++length)
                if (name.starts_with(targets()[i].name)) {
                    const auto first = i + length * targets().size() * statuses.size();
                    std::ofstream{
                        *corpus + "/seed." + std::to_string(first) + "." + name, std::ios::binary}
                        << static_cast<char>(first) << body;
                }
    }
    return 0;
}
