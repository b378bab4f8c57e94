#include "provider/request_text.hpp"

#include <algorithm>

namespace tickertape::provider {

std::string percent_escaped(std::string_view text)
{
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string escaped;
    for (const char c : text) {
        const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                              c == '~';
        const auto byte = static_cast<unsigned char>(c);
        if (is_plain)
            escaped += c;
        else
            escaped.append({'%', digits[byte / 16], digits[byte % 16]});
    }
    return escaped;
}

std::string comma_list(const std::vector<std::string>& texts)
{
    std::string list;
    for (auto text = texts.begin(); text != texts.end(); ++text)
        if (std::find(texts.begin(), text, *text) == text)
            list += (list.empty() ? "" : ",") + percent_escaped(*text);
    return list;
}

}  // namespace tickertape::provider
