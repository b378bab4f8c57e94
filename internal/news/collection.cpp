#include "news/collection.hpp"

#include "core/text.hpp"
#include "news/link.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace tickertape::news {
namespace {

// By the publisher's id, else by the link without its query.
bool is_same(const item& a, const item& b)
{
    if (a.link == b.link)
        return true;
    if (!a.id.empty() || !b.id.empty())
        return a.id == b.id;
    return without_query(a.link) == without_query(b.link);
}

bool is_same_text(const item& a, const item& b)
{
    return a.title == b.title && a.summary == b.summary && a.link == b.link;
}

auto find(std::vector<dated_item>& in, const item& wanted)
{
    return std::ranges::find_if(
        in, [&](const dated_item& each) { return is_same(each.of, wanted); });
}

}  // namespace

collection::collection(const std::vector<std::string>& sources)
{
    for (const auto& source : sources)
        feeds_.push_back({.source = source});
}

collection::change collection::take(std::size_t number, std::vector<item> items, wall_time now)
{
    auto& mine = feeds_[number];
    change what;
    std::vector<dated_item> all;
    for (auto& said : items) {
        if (find(all, said) != all.end()) {
            ++what.repeated;
            continue;
        }
        dated_item one{.of = std::move(said), .source = mine.source};
        one.is_dated = one.of.published.has_value();
        one.published = one.of.published.value_or(now);
        if (one.published <= now + ahead_max)
            one.published = std::min(one.published, now);
        if (const auto before = find(mine.items, one.of); before != mine.items.end()) {
            // A date of ours is none to keep once the feed has one.
            if (before->is_dated || !one.is_dated) {
                one.published = before->published;
                one.is_dated = before->is_dated;
            }
            what.edited += is_same_text(before->of, one.of) ? 0 : 1;
            mine.items.erase(before);
        } else {
            ++what.added;
        }
        one.search = lower_case(one.of.title + '\n' + one.of.summary);
        all.push_back(std::move(one));
    }
    // What the feed has no more stays behind those, the newest of it.
    std::ranges::stable_sort(mine.items, std::ranges::greater{}, &dated_item::published);
    for (auto& old : mine.items)
        if (all.size() < kept_items_max && find(all, old.of) == all.end())
            all.push_back(std::move(old));
    mine.items = std::move(all);
    return what;
}

void collection::put(std::size_t number, std::vector<dated_item> items)
{
    auto& mine = feeds_[number];
    for (auto& one : items)
        one.source = mine.source;
    mine.items = std::move(items);
}

std::vector<dated_item> collection::newest_first() const
{
    std::vector<dated_item> all;
    std::set<std::string_view> links;
    for (const auto& each : feeds_)
        for (const auto& one : each.items)
            if (links.insert(one.of.link).second)
                all.push_back(one);
    std::ranges::stable_sort(all, std::ranges::greater{}, &dated_item::published);
    return all;
}

}  // namespace tickertape::news
