// One connection of a socket_api, played by a test: it opens, it hears messages, and what it makes
// of each can be compared as text.
#pragma once

#include "core/symbol.hpp"
#include "core/timestamp.hpp"
#include "provider/socket_api.hpp"

#include <array>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::testing {

class stream_talk {
public:
    // Symbols like "BTC-USD"; they are numbered 0, 1, 2, ...
    stream_talk(std::unique_ptr<provider::socket_api> api, const std::vector<std::string>& symbols)
        : api_{std::move(api)}
    {
        std::vector<provider::market> markets;
        for (std::size_t i = 0; i < symbols.size(); ++i) {
            const auto dash = symbols[i].find('-');
            const auto name =
                api_->spelling(symbols[i].substr(0, dash), symbols[i].substr(dash + 1));
            if (name)
                markets.push_back({symbol_id{static_cast<std::uint16_t>(i)}, *name});
        }
        api_->opened(markets, news_);
    }

    // Of the last message; before the first, of the opening.
    const provider::socket_news& news() const { return news_; }

    const provider::socket_news& hears(std::string_view message)
    {
        news_.clear();
        api_->read(message, news_);
        return news_;
    }

    // What all lines together lead to.
    const provider::socket_news& hears_lines(const std::string& lines)
    {
        news_.clear();
        std::istringstream all{lines};
        for (std::string line; std::getline(all, line);)
            api_->read(line, news_);
        return news_;
    }

private:
    std::unique_ptr<provider::socket_api> api_;
    provider::socket_news news_;
};

// "symbol price time bid/ask", what is not there as "-".
inline std::string text_of(const quote& q)
{
    std::ostringstream out;
    out << index_of(q.symbol) << ' ' << q.value.text() << ' '
        << (q.upstream_time ? format_rfc3339(*q.upstream_time) : "-") << ' ';
    out.precision(17);
    if (q.book)
        out << price::from(q.book->bid).value().text() << '/'
            << price::from(q.book->ask).value().text();
    else
        out << '-';
    return out.str();
}

inline std::vector<std::string> texts_of(const std::vector<quote>& quotes)
{
    std::vector<std::string> all;
    for (const auto& q : quotes)
        all.push_back(text_of(q));
    return all;
}

// "symbol: what it means (the words)"
inline std::vector<std::string> texts_of(const std::vector<provider::socket_news::refusal>& refused)
{
    std::vector<std::string> all;
    for (const auto& one : refused)
        all.push_back(
            std::to_string(index_of(one.symbol)) + ": " + one.why.code.message() + " (" +
            one.why.detail + ')');
    return all;
}

inline std::vector<std::size_t> indexes_of(const std::vector<symbol_id>& symbols)
{
    std::vector<std::size_t> all;
    for (const auto symbol : symbols)
        all.push_back(index_of(symbol));
    return all;
}

inline bool is_silent(const provider::socket_news& news)
{
    return news.to_send.empty() && news.quotes.empty() && news.accepted.empty() &&
           news.refused.empty() && news.notice.empty() && !news.reconnect && news.unknown == 0 &&
           !news.failed;
}

using texts = std::vector<std::string>;
using indexes = std::vector<std::size_t>;

// Valid JSON that is no message of anybody.
inline constexpr auto nobodys_messages = std::to_array<std::string_view>(
    {"[]", "[1,2]", "7", "null", "\"ticker\"", "true", "{}", R"({"type":7,"e":7,"event":7})",
     R"({"channel":[],"method":{}})",
     R"({"type":"unheard of","e":"x","event":"y","channel":"z"})"});

// Prices that are none, as they stand in JSON.
inline constexpr auto poison = std::to_array<std::string_view>(
    {"0", "-1", "1e308", "\"0\"", "\"0.00000000\"", "\"-7\"", "\"1e308\"", "\"NaN\"", "\"nan\"",
     "\"inf\"", "\"\"", "\" 1\"", "\"1,5\"", "\"0x10\"", "\"1e-300\"", "true", "[]", "{\"a\":1}",
     "\"12.5 USD\""});

}  // namespace tickertape::testing
