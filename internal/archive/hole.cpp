#include "archive/hole.hpp"

#include <algorithm>

namespace tickertape::archive {
namespace {

void join_nearest(std::vector<hole>& of)
{
    auto nearest = of.begin();
    for (auto h = of.begin(); h + 1 != of.end(); ++h) {
        const auto gap = (h + 1)->from.packed() - h->to.packed();
        if (gap < (nearest + 1)->from.packed() - nearest->to.packed())
            nearest = h;
    }
    // Damage is what an operator must know of; a part that was never archived changes nothing.
    if ((nearest + 1)->reason == hole_reason::damaged)
        nearest->reason = hole_reason::damaged;
    nearest->to = std::max(nearest->to, (nearest + 1)->to);
    of.erase(nearest + 1);
}

}  // namespace

std::string_view text_of(hole_reason reason) noexcept
{
    return reason == hole_reason::damaged ? "damaged" : "not archived";
}

std::optional<hole_reason> parse_reason(std::string_view text) noexcept
{
    for (const auto reason : {hole_reason::not_archived, hole_reason::damaged})
        if (text == text_of(reason))
            return reason;
    return std::nullopt;
}

bool add_hole(std::vector<hole>& to, hole added)
{
    if (added.to <= added.from)
        return false;
    // What is left of it after each hole that overlaps it is cut off.
    std::vector<hole> rest;
    for (const auto& h : to) {
        if (h.to <= added.from || h.from >= added.to)
            continue;
        if (h.from > added.from)
            rest.push_back({added.from, h.from, added.reason});
        added.from = std::min(std::max(added.from, h.to), added.to);
    }
    if (added.to > added.from)
        rest.push_back(added);
    if (rest.empty())
        return false;
    to.insert(to.end(), rest.begin(), rest.end());
    std::ranges::sort(to, {}, &hole::from);
    for (std::size_t i = 0; i + 1 < to.size();) {
        if (to[i].to == to[i + 1].from && to[i].reason == to[i + 1].reason) {
            to[i].to = to[i + 1].to;
            to.erase(to.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        } else {
            ++i;
        }
    }
    while (to.size() > holes_max)
        join_nearest(to);
    return true;
}

}  // namespace tickertape::archive
