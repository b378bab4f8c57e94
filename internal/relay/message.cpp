#include "relay/message.hpp"

#include "relay/errors.hpp"
#include "relay/source_limits.hpp"

#include <algorithm>
#include <charconv>

namespace tickertape::relay {
namespace {

constexpr std::string_view version = "v1";

bool must_be_escaped(char c) noexcept
{
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f || c == '%';
}

void append_escaped(std::string& out, std::string_view word)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : word) {
        if (!must_be_escaped(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
}

result<std::string> unescaped(std::string_view word)
{
    std::string out;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (word[i] != '%') {
            out += word[i];
            continue;
        }
        unsigned byte = 0;
        const auto* const from = word.data() + i + 1;
        if (word.size() - i < 3)
            return relay_errc::bad_entry;
        const auto read = std::from_chars(from, from + 2, byte, 16);
        if (read.ec != std::errc{} || read.ptr != from + 2)
            return relay_errc::bad_entry;
        out += static_cast<char>(byte);
        i += 2;
    }
    return out;
}

// The next word, taken off the front; empty at the end.
std::string_view next_word(std::string_view& rest)
{
    const auto end = rest.find(' ');
    const auto word = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return word;
}

bool is_plain(std::string_view name)
{
    return std::ranges::none_of(name, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < ' ' || byte >= 0x7f || c == '"' || c == '\\';
    });
}

result<message> parse_tick(std::string_view rest)
{
    auto symbol = unescaped(next_word(rest));
    const auto value = price::parse(next_word(rest));
    auto source = unescaped(next_word(rest));
    if (!symbol || symbol->empty() || !is_plain(*symbol) || !value)
        return relay_errc::bad_entry;
    if (!source || source->empty() || source->size() > source_bytes_max || !is_plain(*source))
        return relay_errc::bad_entry;
    const auto count = next_word(rest);
    unsigned combined = 0;
    const auto* const end = count.data() + count.size();
    const auto read = std::from_chars(count.data(), end, combined);
    if (read.ec != std::errc{} || read.ptr != end || combined > combined_max)
        return relay_errc::bad_entry;
    return tick_words{std::move(*symbol), *value, std::move(*source), combined};
}

}  // namespace

std::string words_of(const tick_words& t)
{
    std::string words{version};
    words += " t ";
    append_escaped(words, t.symbol);
    words += ' ';
    words += t.value.text();
    words += ' ';
    append_escaped(words, t.source);
    words += ' ';
    words += std::to_string(t.combined);
    return words;
}

std::string words_of(heartbeat_words)
{
    return std::string{version} + " h";
}

result<message> parse_message(std::string_view words)
{
    if (words.size() > words_of_entry_max || next_word(words) != version)
        return relay_errc::bad_entry;
    const auto kind = next_word(words);
    if (kind == "t")
        return parse_tick(words);
    if (kind == "h")
        return heartbeat_words{};
    if (kind.empty())
        return relay_errc::bad_entry;
    return other_words{};
}

}  // namespace tickertape::relay
