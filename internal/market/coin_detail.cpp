// CoinGecko: https://docs.coingecko.com/reference/coins-id, and recorded answers.
#include "market/coin_detail.hpp"

#include "core/text.hpp"
#include "market/row_reader.hpp"
#include "market/table.hpp"
#include "market/table_rows.hpp"
#include "json/errors.hpp"
#include "json/fields.hpp"

#include <algorithm>

namespace tickertape::market {
namespace {

constexpr std::size_t words_bytes_max = 60;  // of a category or an algorithm

// An address that may be followed: no other scheme, no blanks, no characters that end an attribute.
bool is_link(std::string_view text)
{
    const auto is_safe = [](unsigned char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '<' && c != '>' && c != '\\';
    };
    return text.size() <= coin_link_bytes_max &&
           (text.starts_with("https://") || text.starts_with("http://")) &&
           text.find('@') == std::string_view::npos && std::ranges::all_of(text, is_safe);
}

std::string link_in(const boost::json::value* at)
{
    const auto text = json::text_in(at);
    return text && is_link(*text) ? std::string{*text} : std::string{};
}

// Those that are there: the source fills its lists up with "".
std::vector<std::string> links_in(const boost::json::value* at)
{
    std::vector<std::string> all;
    for (std::size_t i = 0; const auto* one = json::element(at, i); ++i) {
        auto link = link_in(one);
        if (!link.empty() && std::ranges::find(all, link) == all.end())
            all.push_back(std::move(link));
        if (all.size() == coin_links_max)
            break;
    }
    return all;
}

// A short line of text, or nothing.
std::string words_in(const boost::json::value* at)
{
    const auto text = json::text_in(at);
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    const bool is_shown =
        text && text->size() <= words_bytes_max && !std::ranges::any_of(*text, is_control);
    return is_shown ? std::string{*text} : std::string{};
}

std::vector<std::string> categories_in(const boost::json::value* at)
{
    std::vector<std::string> all;
    for (std::size_t i = 0; const auto* one = json::element(at, i); ++i) {
        if (auto words = words_in(one); !words.empty())
            all.push_back(std::move(words));
        if (all.size() == coin_categories_max)
            break;
    }
    return all;
}

// "2009-01-03", or nothing.
std::string date_in(const boost::json::value* at)
{
    const auto text = json::text_in(at);
    if (!text || text->size() != 10)
        return {};
    for (std::size_t i = 0; i < text->size(); ++i)
        if (const bool is_dash = i == 4 || i == 7;
            is_dash ? (*text)[i] != '-' : (*text)[i] < '0' || (*text)[i] > '9')
            return {};
    return std::string{*text};
}

}  // namespace

bool is_coin_id(std::string_view id) noexcept
{
    const auto is_safe = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    return !id.empty() && id.size() <= name_bytes_max && id != "." && id != ".." &&
           std::ranges::all_of(id, is_safe);
}

net::http_request coin_detail_request(std::string_view id)
{
    return {
        .target = "/coins/" + std::string{id} +
                  "?localization=false&tickers=false&market_data=true&community_data=false"
                  "&developer_data=false&sparkline=false"};
}

fetched<coin_detail> read_coin_detail(const net::http_response& answer, std::string_view id)
{
    const auto body = body_of(answer);
    if (!body)
        return body.error();
    if (json::text_in(json::member(&*body, "id")) != id)
        return fetch_error{
            json::json_errc::missing_field, "the answer is not of " + std::string{id}};
    const auto* links = json::member(&*body, "links");
    const auto* figures = json::member(&*body, "market_data");
    const auto in_dollars = [&](std::string_view name) {
        return row_reader{json::member(figures, name)};
    };
    coin_detail one{.id = std::string{id}};
    if (const auto text = json::text_in(json::member(json::member(&*body, "description"), "en")))
        one.description = *text;
    one.homepages = links_in(json::member(links, "homepage"));
    one.explorers = links_in(json::member(links, "blockchain_site"));
    one.whitepaper = link_in(json::member(links, "whitepaper"));
    one.categories = categories_in(json::member(&*body, "categories"));
    one.hashing_algorithm = words_in(json::member(&*body, "hashing_algorithm"));
    one.genesis_date = date_in(json::member(&*body, "genesis_date"));
    one.ath = in_dollars("ath").positive("usd");
    one.ath_at = in_dollars("ath_date").time("usd");
    one.atl = in_dollars("atl").positive("usd");
    one.atl_at = in_dollars("atl_date").time("usd");
    row_reader supplies{figures};
    one.circulating_supply = supplies.positive("circulating_supply");
    one.total_supply = supplies.positive("total_supply");
    one.max_supply = supplies.positive("max_supply");
    one.updated_at = row_reader{&*body}.time("last_updated");
    // A lowest price above the highest one is of another coin or another unit.
    if (one.ath && one.atl && *one.atl > *one.ath)
        one.ath = one.atl = std::nullopt;
    if (one.circulating_supply && one.max_supply && *one.circulating_supply > *one.max_supply)
        one.circulating_supply = std::nullopt;
    return one;
}

}  // namespace tickertape::market
