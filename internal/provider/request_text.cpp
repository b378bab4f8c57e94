#include "provider/request_text.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>

namespace tickertape::provider {

std::string percent_escaped(std::string_view text)
{
    return boost::urls::encode(text, boost::urls::unreserved_chars);
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
