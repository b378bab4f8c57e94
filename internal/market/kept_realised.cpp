#include "market/kept_realised.hpp"

#include "core/noted_time.hpp"
#include "json/json_text.hpp"
#include "json/own_members.hpp"

#include <cstdint>
#include <utility>

namespace tickertape::market {
namespace {

constexpr std::string_view realised_kept_as = "realised value";
constexpr std::int64_t realised_version = 1;

std::int64_t ms_of(wall_time at) noexcept
{
    return at.time_since_epoch().count();
}

}  // namespace

std::string write_kept(const realised_snapshot& shown)
{
    json::object text;
    text.text("kept", realised_kept_as).number("version", realised_version);
    text.number("received_at", ms_of(shown.received_at)).number("day", ms_of(shown.index.day));
    text.real("mvrv", shown.index.mvrv);
    if (shown.index.market_cap)
        text.real("market_cap", *shown.index.market_cap);
    return std::move(text).done();
}

fetched<realised_snapshot> read_kept_realised(std::string_view text, const moment& now)
{
    const auto body = json::read_own(text, realised_kept_as, realised_version);
    if (!body)
        return body.error();
    json::own_members from{&*body};
    const auto received_at = from.time("received_at");
    realised_value index;
    index.day = from.time("day");
    index.mvrv = from.real("mvrv");
    index.market_cap = from.real_if_any("market_cap");
    // As an answer is read: it becomes a part of ours.
    if (index.mvrv < mvrv_min || index.mvrv > mvrv_max ||
        (index.market_cap && !(*index.market_cap > 0)))
        from.spoil("mvrv or market_cap");
    if (from.is_spoilt())
        return from.why();
    return realised_snapshot{
        .index = index, .received = received_by(received_at, now), .received_at = received_at};
}

}  // namespace tickertape::market
