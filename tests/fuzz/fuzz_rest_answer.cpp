// Whatever a provider sends: per market a quote with a usable price, or an error with bounded
// words. The first byte says which provider answers, with which status, and for how many markets;
// the rest is the body.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "provider/answer.hpp"
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

constexpr std::array statuses{200, 400, 401, 403, 404, 414, 429, 503};

// One provider, asked for one market and for several.
struct target {
    std::unique_ptr<rest_api> api;
    std::vector<market> markets;
};

const std::vector<target>& targets()
{
    static const auto all = [] {
        std::vector<target> made;
        for (const auto& row : provider_rows()) {
            target t{row.make_rest(), {}};
            for (const auto* base : {"BTC", "ETH", "NEAR", "XRP", "AIO"})
                for (const auto* quote : {"USD", "USDT", "BTC"})
                    if (auto spelled = t.api->spelling(base, quote))
                        t.markets.push_back(
                            {static_cast<symbol_id>(t.markets.size()), std::move(*spelled)});
            made.push_back(std::move(t));
        }
        return made;
    }();
    return all;
}

void must(bool holds)
{
    if (!holds)
        std::abort();
}

void check(const fetched<quote>& answer, const market& asked, int status)
{
    if (!answer) {
        must(answer.error().code.failed());
        must(answer.error().detail.size() <= words_bytes_max);
        must(std::ranges::all_of(
            answer.error().detail, [](char c) { return c >= ' ' && c < 0x7f; }));
        return;
    }
    must(status == 200);
    must(answer->symbol == asked.symbol);
    must(answer->value.value() >= price_min && answer->value.value() <= price_max);
    must(!answer->upstream_time || answer->upstream_time->time_since_epoch().count() > 0);
    must(!answer->book || (answer->book->bid >= 0 && answer->book->ask >= 0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::size_t providers = targets().size();
    const auto& asked = targets()[bytes[0] % providers];
    const auto status = statuses[bytes[0] / providers % statuses.size()];
    const bool is_single = bytes[0] / providers / statuses.size() % 2 == 1;

    const auto batch = std::span{asked.markets}.first(is_single ? 1 : asked.markets.size());
    const net::http_response answer{
        .status = status,
        .content_type = {},
        .body{reinterpret_cast<const char*>(bytes) + 1, size - 1}};
    const auto all = asked.api->read(batch, answer);
    must(all.size() == batch.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        must(all[i].has_value());
        check(*all[i], batch[i], status);
    }
    return 0;
}

// Fills the corpus with the recorded bodies of each provider, which are called after it, as the
// answer to many markets and to one: a fuzzer alone would not find the names of their fields.
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
        const auto row = std::ranges::find_if(
            provider_rows(), [&](const auto& each) { return name.starts_with(each.name); });
        if (row == provider_rows().end())
            continue;
        std::ifstream in{file.path(), std::ios::binary};
        const std::string body{std::istreambuf_iterator<char>{in}, {}};
        const auto provider = static_cast<std::size_t>(row - provider_rows().begin());
        const auto single = provider + provider_rows().size() * statuses.size();
        for (const auto first : {provider, single})
            std::ofstream{*corpus + "/seed." + std::to_string(first) + "." + name, std::ios::binary}
                << static_cast<char>(first) << body;
    }
    return 0;
}
