// Bitfinex: https://docs.bitfinex.com.
#include "core/fetch_error.hpp"
#include "provider/answer.hpp"
#include "provider/answer_rows.hpp"
#include "provider/answers.hpp"
#include "provider/errors.hpp"
#include "provider/quote_fields.hpp"
#include "provider/read_unless.hpp"
#include "provider/request_text.hpp"
#include "json/fields.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace tickertape::provider {
namespace {

constexpr std::size_t symbols_max = 100;

// What Bitfinex calls otherwise than everybody else. Some of its names are other coins elsewhere:
// its AMP, DOG, LUNA, UST, XCH and YGG are not what they mean who ask for them. Source: its own
// list (api-pub.bitfinex.com/v2/conf/pub:map:currency:sym) as recorded in public clients, and what
// those map beyond it.
struct renamed {
    std::string_view ours;
    std::string_view theirs;
};
constexpr std::array renames{
    renamed{"ALGO", "ALG"},  renamed{"AMPL", "AMP"},      renamed{"ATOM", "ATO"},
    renamed{"BCH", "BCHN"},  renamed{"DASH", "DSH"},      renamed{"DATA", "DAT"},
    renamed{"EURS", "EUS"},  renamed{"EURT", "EUT"},      renamed{"ID", "IDX"},
    renamed{"IOTA", "IOT"},  renamed{"IQ", "IQX"},        renamed{"LUNA", "LUNA2"},
    renamed{"LUNC", "LUNA"}, renamed{"MANA", "MNA"},      renamed{"MDOGE", "DOG"},
    renamed{"PNT", "EDO"},   renamed{"QTUM", "QTM"},      renamed{"RBTC", "RBT"},
    renamed{"STORJ", "STJ"}, renamed{"TUSD", "TSD"},      renamed{"USDC", "UDC"},
    renamed{"USDT", "UST"},  renamed{"USTC", "TERRAUST"}, renamed{"VSYS", "VSY"},
    renamed{"WAXP", "WAX"},  renamed{"XCHF", "XCH"},      renamed{"YEED", "YGG"},
};

// None: what it calls so is another coin.
std::optional<std::string_view> name_of(std::string_view currency)
{
    if (const auto found = std::ranges::find(renames, currency, &renamed::ours);
        found != renames.end())
        return found->theirs;
    if (std::ranges::find(renames, currency, &renamed::theirs) != renames.end())
        return std::nullopt;
    return currency;
}

// [symbol, bid, bid size, ask, ask size, change, relative change, last, volume, high, low], numbers
// and no time. Rows grow at their end without notice, so they are indexed and never counted; those
// of funding ("fUSD") have another layout and another name. The volume is in the base currency.
// Source: docs.bitfinex.com, rest-public-tickers, and recorded answers.
fetched<quote> read_row(const market& m, const boost::json::value& row)
{
    return quote_of({
        .symbol = m.symbol,
        .value = json::price_in(json::element(&row, 7), "last price"),
        .book = book_in(json::element(&row, 1), json::element(&row, 3)),
        .volume = json::element(&row, 8),
    });
}

std::optional<std::string_view> name_of_symbol(const boost::json::value& row)
{
    return json::text_in(json::element(&row, 0));
}

// ["error",10020,"symbol: invalid"] or {"error":"ERR_RATE_LIMIT"}, at any status.
std::optional<fetch_error> error_in(
    std::span<const market> batch, const net::http_response& answer, const boost::json::value* body)
{
    const auto named = json::text_in(json::member(body, "error"));
    if (!named && json::text_in(json::element(body, 0)) != "error")
        return std::nullopt;
    const auto code = json::integer_in(json::element(body, 1));
    const auto words = json::text_in(json::element(body, 2)).value_or("");
    if (named == "ERR_RATE_LIMIT" || code == 11010 || answer.status == 429)
        return refusal(provider_errc::rate_limited, answer);
    if (code == 10020 && words.starts_with("symbol"))
        return blamed(batch, answer);
    return refusal(provider_errc::http_status, answer);
}

class bitfinex_rest final : public rest_api {
public:
    // "tBTCUSD", and "tDOGE:USD" where a half has more than three letters.
    std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const override
    {
        const auto from = name_of(base);
        const auto to = name_of(quote);
        if (!from || !to)
            return std::nullopt;
        const bool is_short = from->size() <= 3 && to->size() <= 3;
        return market_name{"t" + std::string{*from} + (is_short ? "" : ":") + std::string{*to}};
    }

    std::size_t batch_size(std::span<const market> todo) const override
    {
        return std::min(todo.size(), symbols_max);
    }

    net::http_request request(std::span<const market> batch) const override
    {
        std::vector<std::string> symbols;
        for (const auto& m : batch)
            symbols.push_back(m.spelled.name);
        return {.target = "/tickers?symbols=" + comma_list(symbols)};
    }

    answers read(std::span<const market> batch, const net::http_response& answer) const override
    {
        return read_unless(error_in, batch, answer, [&](const boost::json::value& rows) {
            return read_rows(batch, &rows, name_of_symbol, read_row, no_row::omitted);
        });
    }
};

}  // namespace

std::unique_ptr<rest_api> make_bitfinex_rest()
{
    return std::make_unique<bitfinex_rest>();
}

}  // namespace tickertape::provider
