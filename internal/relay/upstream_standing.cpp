#include "relay/upstream_standing.hpp"

#include "relay/upstream_course.hpp"
#include "json/fields.hpp"

#include <algorithm>

namespace tickertape::relay {

using json::member;
using json::text_in;

std::optional<upstream_word> read_upstream_word(const boost::json::value& answer)
{
    // Fields of later versions are passed over; those that an older one lacks are not known.
    if (!text_in(member(&answer, "role")))
        return std::nullopt;
    upstream_word said;
    if (const auto kind = text_in(member(&answer, "feed")); kind && is_feed_kind(*kind))
        said.kind = *kind;
    if (const auto lag = json::integer_in(member(&answer, "lag_ms")); lag && *lag >= 0)
        said.lag = std::chrono::milliseconds{*lag};
    if (const auto newest = text_in(member(&answer, "newest")))
        if (const auto at = position::parse(*newest))
            said.newest = *at;
    const auto* const away = member(&answer, "relay_away");
    said.is_relay_away = away != nullptr && away->is_bool() && away->get_bool();
    return said;
}

void upstream_standing::looked(steady_time asked, const upstream_word& said, position top)
{
    is_refused_ = false;
    is_relay_away_ = said.is_relay_away;
    looked_ = asked;
    if (open_.size() == limits_.open_max)
        open_.pop_back();
    open_.push_back({asked, said.newest, said.lag});
    reached(top);
}

void upstream_standing::reached(position top)
{
    // Its positions have started anew: those of before will not come.
    if (top < top_)
        open_.clear();
    top_ = top;
    const auto has_come = [top](const look& l) { return l.newest <= top; };
    const auto last = std::find_if(open_.rbegin(), open_.rend(), has_come);
    if (last == open_.rend())
        return;
    sure_ = *last;
    open_.erase(open_.begin(), last.base());
}

std::optional<upstream_standing::milliseconds> upstream_standing::behind(steady_time now) const
{
    if (!sure_ || !sure_->lag)
        return std::nullopt;
    const auto since = std::chrono::floor<milliseconds>(now - sure_->asked);
    return since > limits_.usual ? since + *sure_->lag : *sure_->lag;
}

}  // namespace tickertape::relay
