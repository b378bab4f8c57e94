#include "http/content_coding.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <optional>

namespace tickertape::http {
namespace {

// Weights are whole thousandths, which is as fine as they can be said.
constexpr int weight_most = 1'000;
constexpr std::size_t weight_decimals_max = 3;

// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
std::optional<int> parse_weight(std::string_view text)
{
    if (text.empty() || (text.front() != '0' && text.front() != '1'))
        return std::nullopt;
    int weight = (text.front() - '0') * weight_most;
    text.remove_prefix(1);
    if (text.empty())
        return weight;
    if (text.front() != '.' || text.size() > 1 + weight_decimals_max)
        return std::nullopt;
    int worth = weight_most / 10;
    for (const char digit : text.substr(1)) {
        if (digit < '0' || digit > '9')
            return std::nullopt;
        weight += (digit - '0') * worth;
        worth /= 10;
    }
    return weight <= weight_most ? std::optional{weight} : std::nullopt;
}

struct wish {
    std::string_view coding;
    int weight;
};

wish read_wish(std::string_view item)
{
    const auto semicolon = item.find(';');
    const auto coding = trimmed(item.substr(0, semicolon));
    if (semicolon == std::string_view::npos)
        return {coding, weight_most};
    const auto parameter = trimmed(item.substr(semicolon + 1));
    if (parameter.size() < 2 || lower(parameter[0]) != 'q' || parameter[1] != '=')
        return {coding, 0};
    return {coding, parse_weight(parameter.substr(2)).value_or(0)};
}

bool names(std::string_view text, content_coding c)
{
    const auto given = lower_case(text);
    switch (c) {
    case content_coding::identity:
        return given == "identity";
    case content_coding::gzip:
        return given == "gzip" || given == "x-gzip";
    case content_coding::brotli:
        break;
    }
    return given == "br";
}

// Of what is named twice the first weight counts. 0: not wanted.
int weight_of(content_coding c, const std::vector<wish>& wishes)
{
    auto found = std::ranges::find_if(wishes, [c](const wish& w) { return names(w.coding, c); });
    if (found == wishes.end())
        found = std::ranges::find(wishes, "*", &wish::coding);
    return found == wishes.end() ? 0 : found->weight;
}

}  // namespace

std::string_view name_of(content_coding c) noexcept
{
    switch (c) {
    case content_coding::identity:
        break;
    case content_coding::gzip:
        return "gzip";
    case content_coding::brotli:
        return "br";
    }
    return {};
}

content_coding choose_coding(std::string_view accept_encoding, offered_codings offered)
{
    if (!offered.any())
        return content_coding::identity;
    std::vector<wish> wishes;
    for (const auto item : list_items(accept_encoding))
        wishes.push_back(read_wish(item));
    auto best = content_coding::identity;
    auto most = weight_of(best, wishes);
    // From large to small: of two that are wanted as much, the later one is taken.
    const auto consider = [&](content_coding c, bool is_there) {
        const auto weight = is_there ? weight_of(c, wishes) : 0;
        if (weight > 0 && weight >= most) {
            best = c;
            most = weight;
        }
    };
    consider(content_coding::gzip, offered.gzip);
    consider(content_coding::brotli, offered.brotli);
    return best;
}

}  // namespace tickertape::http
