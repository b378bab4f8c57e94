// Whatever a source sends on a single coin, on its past or on what is trending: an error with
// bounded words, or what can be shown. The first byte says which answer it is and its status; the
// rest is the body.
#include "core/fetch_error.hpp"
#include "core/text.hpp"
#include "market/coin_chart.hpp"
#include "market/coin_detail.hpp"
#include "market/trending.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace tickertape;
using namespace tickertape::market;

constexpr std::array statuses{200, 401};
constexpr wall_time now{std::chrono::milliseconds{1'791'193'301'000}};
constexpr std::array<const char*, 3> begins{
    "coingecko.coins_id", "coingecko.market_chart", "coingecko.search_trending"};

void must(bool holds)
{
    if (!holds)
        std::abort();
}

template <class T>
bool is_read(const fetched<T>& answer, int status)
{
    if (answer)
        return must(status == 200), true;
    must(answer.error().code.failed());
    must(answer.error().detail.size() <= words_bytes_max);
    return false;
}

void must_be_finite(const std::optional<double>& figure)
{
    must(!figure || std::isfinite(*figure));
}

void must_be_links(const std::vector<std::string>& links)
{
    must(links.size() <= coin_links_max);
    for (const auto& link : links) {
        must(link.size() <= coin_link_bytes_max);
        must(link.starts_with("http://") || link.starts_with("https://"));
    }
}

void must_be_detail(const net::http_response& answer)
{
    const auto coin = read_coin_detail(answer, "bitcoin");
    if (!is_read(coin, answer.status))
        return;
    must(coin->id == "bitcoin" && is_coin_id(coin->id));
    must(coin->categories.size() <= coin_categories_max);
    must_be_links(coin->homepages);
    must_be_links(coin->explorers);
    for (const auto& figure :
         {coin->ath, coin->atl, coin->circulating_supply, coin->total_supply, coin->max_supply})
        must_be_finite(figure);
}

void must_be_chart(const net::http_response& answer)
{
    const auto chart = read_coin_chart(answer, now);
    if (!is_read(chart, answer.status))
        return;
    must(!chart->points.empty() && chart->points.size() <= chart_points_max);
    for (const auto& point : chart->points)
        must(std::isfinite(point.price) && point.price > 0);
    must(std::ranges::is_sorted(chart->points, {}, &chart_point::at));
}

void must_be_trending(const net::http_response& answer)
{
    const auto all = read_trending(answer);
    if (!is_read(all, answer.status))
        return;
    must(!all->coins.empty() && all->coins.size() <= trending_coins_max);
    for (const auto& one : all->coins) {
        must(!one.id.empty() && !one.name.empty());
        for (const auto& figure :
             {one.market_cap_rank, one.price, one.change_24h_percent, one.market_cap,
              one.volume_24h})
            must_be_finite(figure);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    if (size == 0)
        return 0;
    const net::http_response answer{
        .status = statuses[bytes[0] / begins.size() % statuses.size()],
        .content_type = {},
        .body{reinterpret_cast<const char*>(bytes) + 1, size - 1}};
    switch (bytes[0] % begins.size()) {
    case 0:
        must_be_detail(answer);
        break;
    case 1:
        must_be_chart(answer);
        break;
    default:
        must_be_trending(answer);
    }
    return 0;
}

// Fills the corpus with the recorded answers.
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
        for (std::size_t i = 0; i < begins.size(); ++i)
            if (name.starts_with(begins[i]))
                std::ofstream{fs::path{*corpus} / name, std::ios::binary} << static_cast<char>(i)
                                                                          << body;
    }
    return 0;
}
