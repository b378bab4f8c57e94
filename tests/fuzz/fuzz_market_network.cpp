// Whatever a source sends on Bitcoin's network, on fear and greed, on currencies or on the realised
// value: an error with bounded words, or figures that are possible. The first byte says which
// answer it is and its status; the rest is the body.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "market/chain_trust.hpp"
#include "market/currency_rates.hpp"
#include "market/emission.hpp"
#include "market/fear_greed.hpp"
#include "market/figure_text.hpp"
#include "market/network_api.hpp"
#include "market/network_figures.hpp"
#include "market/realised.hpp"

#include "json/reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace tickertape;
using namespace tickertape::market;

constexpr std::array statuses{200, 429};
constexpr wall_time now{std::chrono::milliseconds{1'791'193'301'000}};
constexpr std::size_t kinds = 9;
constexpr std::size_t kind_of_mood = 5;
constexpr std::size_t kind_of_blockchair = 6;
constexpr std::size_t kind_of_currencies = 7;
constexpr std::size_t kind_of_realised = 8;

void must(bool holds)
{
    if (!holds)
        std::abort();
}

template <class T>
std::optional<said<T>> taken(const fetched<T>& answer, int status)
{
    if (!answer) {
        must(answer.error().code.failed());
        must(answer.error().detail.size() <= words_bytes_max);
        return std::nullopt;
    }
    must(status == 200);
    return said<T>{.what = *answer, .source = mempool, .at = now, .received = {}};
}

// What the feed makes of it.
network_parts parts_of(std::size_t kind, const net::http_response& answer)
{
    network_parts parts;
    if (kind == 0) {
        const auto blocks = taken(read_mempool_blocks(answer), answer.status);
        if (!blocks)
            return parts;
        const auto& rows = blocks->what.blocks;
        must(!rows.empty() && rows.size() + blocks->what.rows_left_out <= blocks_read_max);
        must(std::ranges::is_sorted(rows, std::ranges::greater{}, &block::height));
        const auto& newest = rows.front();
        const auto& oldest = rows.back();
        chain c{.height = newest.height, .difficulty = newest.difficulty};
        c.mined_at = newest.mined_at;
        c.day = window_between(oldest, newest);
        c.fortnight = c.day;
        if (refusal_of(c, now).empty())
            parts.blocks = said<chain>{.what = c, .source = mempool, .at = now, .received = {}};
    } else if (kind == 1) {
        parts.next = taken(read_mempool_adjustment(answer), answer.status);
    } else if (kind == 2) {
        parts.fees = taken(read_mempool_fees(answer), answer.status);
    } else if (kind == 3) {
        parts.waiting = taken(read_mempool_backlog(answer), answer.status);
    } else {
        parts.blocks = taken(
            kind == kind_of_blockchair ? read_blockchair_stats(answer)
                                       : read_blockchain_stats(answer, now),
            answer.status);
        if (parts.blocks && !refusal_of(parts.blocks->what, now).empty())
            parts.blocks.reset();
    }
    return parts;
}

void must_be_mood(const net::http_response& answer)
{
    const auto mood = taken(read_fear_greed(answer, now), answer.status);
    if (!mood)
        return;
    const auto& index = mood->what;
    must(index.value >= 0 && index.value <= 100);
    must(index.day <= now + mood_ahead_max);
    must(index.word.size() <= mood_word_bytes_max);
    must(std::ranges::all_of(index.word, [](char c) { return c >= ' ' && c < 0x7f; }));
}

void must_be_rates(const net::http_response& answer)
{
    const auto said = taken(read_currency_rates(answer, now), answer.status);
    if (!said)
        return;
    auto rates = said->what;
    must(!rates.all.empty() && rates.all.size() <= currencies_max);
    must(std::ranges::is_sorted(rates.all, {}, &currency_rate::code));
    must(rates.date().size() == 10);
    for (const auto& one : rates.all) {
        must(currency_code(one.code) == one.code && one.code != "USD");
        must(one.value >= rate_min && one.value <= rate_max);
        must(rates.find(one.code) != nullptr);
    }
    withhold_jumps(rates, said->what);
    must(std::ranges::none_of(rates.all, &currency_rate::is_withheld));
}

void must_be_realised(const net::http_response& answer)
{
    const auto said = taken(read_realised(answer, now), answer.status);
    if (!said)
        return;
    const auto& index = said->what;
    must(index.mvrv >= mvrv_min && index.mvrv <= mvrv_max);
    must(!index.cap() || (std::isfinite(*index.cap()) && *index.cap() > 0));
    must(index.day <= now + realised_ahead_max);
}

void must_be_figure(const network_figure& one)
{
    must(one.withheld.empty() || !one.value);
    if (!one.value)
        return;
    must(std::isfinite(*one.value));
    must(*one.value >= 0 || one.name == "difficulty_change_percent");
    must(!one.is_fee || (*one.value > 0 && *one.value < usual_network.fee_max));
    // What is written is JSON, and reads back to the same.
    const auto text = figure_text(one.value);
    must(json::reader{}.read(text).has_value());
    must(std::strtod(text.c_str(), nullptr) == *one.value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    if (size == 0)
        return 0;
    const auto kind = bytes[0] % kinds;
    const net::http_response answer{
        .status = statuses[bytes[0] / kinds % statuses.size()],
        .content_type = {},
        .body{reinterpret_cast<const char*>(bytes) + 1, size - 1}};
    if (kind == kind_of_mood) {
        must_be_mood(answer);
        return 0;
    }
    if (kind == kind_of_currencies) {
        must_be_rates(answer);
        return 0;
    }
    if (kind == kind_of_realised) {
        must_be_realised(answer);
        return 0;
    }
    const auto parts = parts_of(kind, answer);
    for (const auto& one : figures_of(parts))
        must_be_figure(one);
    if (parts.blocks) {
        const auto supply = supply_at(parts.blocks->what.height);
        must(supply > 0 && supply <= supply_in_the_end());
    }
    return 0;
}

// Fills the corpus with the recorded answers.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv)
{
    namespace fs = std::filesystem;
    constexpr std::array<const char*, kinds> begins{
        "mempool.block",  "mempool.difficulty", "mempool.fees", "mempool.mempool", "blockchain_",
        "alternative_me", "blockchair",         "frankfurter",  "coinmetrics"};
    std::error_code ignored;
    const std::vector<std::string> arguments(*argv + 1, *argv + *argc);
    const auto corpus = std::ranges::find_if(
        arguments, [&](const auto& each) { return fs::is_directory(each, ignored); });
    if (corpus == arguments.end())
        return 0;
    for (const auto& file : fs::directory_iterator{TICKERTAPE_FIXTURES "/market", ignored}) {
        const auto name = file.path().filename().string();
        std::ifstream in{file.path(), std::ios::binary};
        const std::string body{std::istreambuf_iterator<char>{in}, {}};
        for (std::size_t i = 0; i < begins.size(); ++i)
            if (name.starts_with(begins[i]))
                std::ofstream{*corpus + "/seed." + std::to_string(i) + "." + name, std::ios::binary}
                    << static_cast<char>(i) << body;
    }
    return 0;
}
