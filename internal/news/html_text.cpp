#include "news/html_text.hpp"

#include "core/hidden_characters.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace tickertape::news {
namespace {

constexpr std::string_view ellipsis = "\u2026";
constexpr char32_t not_a_character = 0xfffd;

void append_utf8(std::string& to, char32_t c)
{
    const auto put = [&to](char32_t byte) { to += static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0 | c >> 6);
        put(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        put(0xe0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3f));
        put(0x80 | (c & 0x3f));
    } else {
        put(0xf0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3f));
        put(0x80 | (c >> 6 & 0x3f));
        put(0x80 | (c & 0x3f));
    }
}

// Takes one character off the front; not_a_character and one byte where it is no UTF-8.
char32_t take_character(std::string_view& from)
{
    const auto first = static_cast<unsigned char>(from.front());
    const std::size_t bytes = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    const auto refuse = [&from] {
        from.remove_prefix(1);
        return not_a_character;
    };
    if (bytes == 1) {
        from.remove_prefix(1);
        return first;
    }
    if (first < 0xc2 || first > 0xf4 || from.size() < bytes)
        return refuse();
    char32_t c = first & (0x7f >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(from[i]);
        if ((next & 0xc0) != 0x80)
            return refuse();
        c = c << 6 | (next & 0x3f);
    }
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (c < least[bytes] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return refuse();
    from.remove_prefix(bytes);
    return c;
}

bool is_blank(char32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xa0 || c == 0x2028 || c == 0x2029;
}

// Gathers characters, with one space for each run of white space and none at the ends.
class text_builder {
public:
    void add(char32_t c)
    {
        if (is_blank(c)) {
            is_between_ = true;
            return;
        }
        if (is_hidden(c) || c == not_a_character)
            return;
        if (is_between_ && !text_.empty())
            text_ += ' ';
        is_between_ = false;
        append_utf8(text_, c);
    }
    std::string done() && { return std::move(text_); }

private:
    std::string text_;
    bool is_between_ = false;
};

// Names of 160 to 255, in their order.
constexpr std::array<std::string_view, 96> latin{
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",
    "copy",   "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn",
    "sup2",   "sup3",   "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",
    "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde",
    "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave",
    "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde",
    "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",
    "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil",
    "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",   "eth",
    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

constexpr std::array<std::pair<std::string_view, char32_t>, 27> others{{
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},        {"quot", '"'},      {"apos", '\''},
    {"ndash", 0x2013}, {"mdash", 0x2014}, {"lsquo", 0x2018},  {"rsquo", 0x2019},  {"sbquo", 0x201a},
    {"ldquo", 0x201c}, {"rdquo", 0x201d}, {"bdquo", 0x201e},  {"hellip", 0x2026}, {"bull", 0x2022},
    {"euro", 0x20ac},  {"trade", 0x2122}, {"lsaquo", 0x2039}, {"rsaquo", 0x203a}, {"ensp", ' '},
    {"emsp", ' '},     {"thinsp", ' '},   {"larr", 0x2190},   {"rarr", 0x2192},   {"minus", 0x2212},
    {"prime", 0x2032}, {"asymp", 0x2248},
}};

// Numbers from 128 to 159 stand for what Windows has there, as in every browser.
constexpr std::array<char32_t, 32> windows{
    0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};

std::optional<char32_t> numbered(std::string_view digits)
{
    const bool is_hex = !digits.empty() && lower(digits.front()) == 'x';
    if (is_hex)
        digits.remove_prefix(1);
    std::uint32_t value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, is_hex ? 16 : 10);
    if (digits.empty() || read.ptr != end || read.ec == std::errc::invalid_argument)
        return std::nullopt;
    if (read.ec != std::errc{} || value == 0 || value > 0x10ffff ||
        (value >= 0xd800 && value < 0xe000))
        return not_a_character;
    return value >= 0x80 && value < 0xa0 ? windows[value - 0x80] : char32_t{value};
}

std::optional<char32_t> named(std::string_view name)
{
    if (const auto found = std::ranges::find(latin, name); found != latin.end())
        return static_cast<char32_t>(0xa0 + (found - latin.begin()));
    const auto found =
        std::ranges::find(others, name, &std::pair<std::string_view, char32_t>::first);
    return found != others.end() ? std::optional{found->second} : std::nullopt;
}

// Takes "&amp;" off the front, if it is one of those that are known.
std::optional<char32_t> take_entity(std::string_view& from)
{
    constexpr std::size_t name_bytes_max = 24;
    const auto end = from.substr(0, name_bytes_max).find(';');
    if (end == std::string_view::npos || end < 2)
        return std::nullopt;
    const auto name = from.substr(1, end - 1);
    const auto found = name.front() == '#' ? numbered(name.substr(1)) : named(name);
    if (found)
        from.remove_prefix(end + 1);
    return found;
}

bool begins_tag(std::string_view at)
{
    if (at.size() < 2)
        return false;
    const char next = lower(at[1]);
    return (next >= 'a' && next <= 'z') || next == '/' || next == '!' || next == '?';
}

// How many bytes the tag has that begins here; all, where it does not end.
std::size_t tag_bytes(std::string_view at)
{
    if (at.starts_with("<!--")) {
        const auto end = at.find("-->", 4);
        return end == std::string_view::npos ? at.size() : end + 3;
    }
    char quote = 0;
    for (std::size_t i = 1; i < at.size(); ++i) {
        if (quote != 0)
            quote = at[i] == quote ? char{0} : quote;
        else if (at[i] == '>')
            return i + 1;
        else if ((at[i] == '"' || at[i] == '\'') && at[i - 1] == '=')
            quote = at[i];
    }
    return at.size();
}

// "p" of "</P>" and of "<p class=x>".
std::string name_of(std::string_view tag)
{
    tag.remove_prefix(tag.starts_with("</") ? 2 : 1);
    const auto end = std::ranges::find_if(tag, [](char c) {
        return !((lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9'));
    });
    return lower_case(tag.substr(0, static_cast<std::size_t>(end - tag.begin())));
}

// Elements within a line; all others end it.
bool is_inline(std::string_view name)
{
    constexpr std::array<std::string_view, 16> names{"a",   "abbr", "b", "code",  "em",   "font",
                                                     "i",   "mark", "s", "small", "span", "strong",
                                                     "sub", "sup",  "u", "wbr"};
    return std::ranges::find(names, name) != names.end();
}

// Skips what stands between <script> and </script>.
void skip_content(std::string_view& from, const std::string& name)
{
    while (!from.empty()) {
        const auto end = from.find("</");
        if (end == std::string_view::npos) {
            from = {};
            return;
        }
        from.remove_prefix(end);
        if (name_of(from.substr(0, 2 + name.size())) == name)
            return;
        from.remove_prefix(2);
    }
}

}  // namespace

std::string text_of_html(std::string_view html)
{
    text_builder text;
    while (!html.empty()) {
        if (html.front() == '<' && begins_tag(html)) {
            const auto tag = html.substr(0, tag_bytes(html));
            const auto name = name_of(tag);
            html.remove_prefix(tag.size());
            if (!is_inline(name))
                text.add(' ');
            if (tag[1] != '/' && (name == "script" || name == "style"))
                skip_content(html, name);
            continue;
        }
        if (html.front() == '&')
            if (const auto c = take_entity(html)) {
                text.add(*c);
                continue;
            }
        text.add(take_character(html));
    }
    return std::move(text).done();
}

std::string clean_text(std::string_view from)
{
    text_builder text;
    while (!from.empty())
        text.add(take_character(from));
    return std::move(text).done();
}

std::string_view stripped(std::string_view text) noexcept
{
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

std::string shortened(std::string text, std::size_t bytes_max)
{
    if (text.size() <= bytes_max)
        return text;
    auto end = bytes_max - ellipsis.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    // A word of more than a quarter of the text is cut.
    if (const auto blank = text.rfind(' ', end); blank != std::string::npos && blank > end / 4 * 3)
        end = blank;
    text.resize(end);
    return text.append(ellipsis);
}

}  // namespace tickertape::news
