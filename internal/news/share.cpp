#include "news/share.hpp"

#include <map>
#include <string_view>

namespace tickertape::news {

std::vector<const dated_item*>
shared_out(const std::vector<const dated_item*>& items, std::size_t room)
{
    const auto share = (room + 1) / 2;
    std::vector<bool> is_chosen(items.size());
    std::map<std::string_view, std::size_t> of_source;
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < items.size() && chosen < room; ++i)
        if (of_source[items[i]->source]++ < share) {
            is_chosen[i] = true;
            ++chosen;
        }
    for (std::size_t i = 0; i < items.size() && chosen < room; ++i)
        if (!is_chosen[i]) {
            is_chosen[i] = true;
            ++chosen;
        }
    std::vector<const dated_item*> all;
    all.reserve(chosen);
    for (std::size_t i = 0; i < items.size(); ++i)
        if (is_chosen[i])
            all.push_back(items[i]);
    return all;
}

}  // namespace tickertape::news
