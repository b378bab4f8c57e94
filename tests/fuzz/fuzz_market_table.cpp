// Whatever a source sends as a table of the market, or of the market as a whole: an error with
// bounded words, or figures that are possible. The first byte says which source answers and with
// which status; the rest is the body.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "market/checks.hpp"
#include "market/figure_text.hpp"
#include "market/table_api.hpp"

#include "json/reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace tickertape;
using namespace tickertape::market;

constexpr std::array statuses{200, 429};
constexpr wall_time now{std::chrono::seconds{1'790'000'000}};

struct source {
    const char* name;
    std::unique_ptr<table_api> table;
    std::unique_ptr<totals_api> totals;
};

const std::array<source, 3>& sources()
{
    static const std::array<source, 3> all{
        source{"coingecko", make_coingecko_table(), make_coingecko_totals()},
        source{"coinpaprika", make_coinpaprika_table(), make_coinpaprika_totals()},
        source{"coinlore", make_coinlore_table(), nullptr}};
    return all;
}

void must(bool holds)
{
    if (!holds)
        std::abort();
}

void must_be_refused(const fetch_error& why)
{
    must(why.code.failed());
    must(why.detail.size() <= words_bytes_max);
}

void must_be_figure(const std::optional<double>& value, bool is_positive)
{
    if (!value)
        return;
    must(std::isfinite(*value));
    must(!is_positive || *value > 0);
    must(!std::signbit(*value) || *value < 0);
    // What is written is JSON, and reads back to the same.
    const auto text = figure_text(value);
    const auto read = json::reader{}.read(text);
    must(read.has_value());
    must(std::strtod(text.c_str(), nullptr) == *value);
}

void must_be_row(const coin& row)
{
    for (const auto* text : {&row.id, &row.symbol, &row.name})
        must(!text->empty() && text->size() <= name_bytes_max);
    must(row.value.value() > 0);
    for (const auto& figure :
         {row.market_cap, row.high_24h, row.low_24h, row.circulating_supply, row.total_supply,
          row.max_supply, row.ath})
        must_be_figure(figure, true);
    must_be_figure(row.volume_24h, false);
    must(!row.volume_24h || *row.volume_24h >= 0);
    for (const auto& change :
         {row.change_1h_percent, row.change_24h_percent, row.change_7d_percent}) {
        must_be_figure(change, false);
        must(!change || *change > -100);
    }
    must(!row.high_24h || !row.low_24h || *row.high_24h >= *row.low_24h);
    must(!row.circulating_supply || !row.max_supply || *row.circulating_supply <= *row.max_supply);
    must(!row.updated_at || *row.updated_at <= now + usual_checks.ahead_max);
    if (!row.sparkline.empty()) {
        const auto points = json::reader{}.read(row.sparkline);
        must(points.has_value() && points->is_array());
        must(points->get_array().size() <= sparkline_points_max);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    if (size == 0)
        return 0;
    const auto& asked = sources()[bytes[0] % sources().size()];
    const auto status = statuses[bytes[0] / sources().size() % statuses.size()];
    const net::http_response answer{
        .status = status,
        .content_type = {},
        .body{reinterpret_cast<const char*>(bytes) + 1, size - 1}};
    const auto table = asked.table->read_table(answer, now);
    if (table) {
        must(status == 200);
        must(!table->coins.empty() && table->coins.size() <= coins_max);
        std::set<std::string> ids;
        for (const auto& row : table->coins) {
            must_be_row(row);
            must(ids.insert(row.id).second);
        }
    } else {
        must_be_refused(table.error());
    }
    if (!asked.totals)
        return 0;
    auto whole = asked.totals->read_totals(answer);
    if (!whole) {
        must_be_refused(whole.error());
        return 0;
    }
    const auto before = *whole;
    check(*whole, &before);
    must_be_figure(whole->market_cap, true);
    must_be_figure(whole->volume_24h, true);
    must_be_figure(whole->bitcoin_dominance_percent, true);
    must(!whole->bitcoin_dominance_percent || *whole->bitcoin_dominance_percent < 100);
    return 0;
}

// Fills the corpus with the recorded answers of each source.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv)
{
    namespace fs = std::filesystem;
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
        for (std::size_t i = 0; i < sources().size(); ++i)
            if (name.starts_with(sources()[i].name))
                std::ofstream{*corpus + "/seed." + std::to_string(i) + "." + name, std::ios::binary}
                    << static_cast<char>(i) << body;
    }
    return 0;
}
