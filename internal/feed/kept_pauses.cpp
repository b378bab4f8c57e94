#include "feed/kept_pauses.hpp"

#include "core/noted_time.hpp"
#include "feed/owed_time.hpp"
#include "net/retry_after.hpp"
#include "json/json_text.hpp"
#include "json/own_members.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tickertape::feed {
namespace {

constexpr std::string_view kept_as = "pauses of providers";
constexpr std::int64_t pauses_version = 1;

using std::chrono::milliseconds;

}  // namespace

std::uint64_t kept_pauses::changes() const noexcept
{
    std::uint64_t all = 0;
    of_.each([&](std::string_view, const provider::gate& one) { all += one.pauses(); });
    return all;
}

// By provider, when it may be asked again.
std::string kept_pauses::write() const
{
    const auto now = now_of(time_);
    json::object until;
    of_.each([&](std::string_view name, const provider::gate& one) {
        if (const auto left = one.asked_pause_until() - now.steady; left.count() > 0)
            until.number(
                name,
                (now.wall + std::chrono::ceil<milliseconds>(left)).time_since_epoch().count());
    });
    json::object text;
    text.text("kept", kept_as).number("version", pauses_version);
    text.number("written_at", now.wall.time_since_epoch().count());
    text.json("until", std::move(until).done());
    return std::move(text).done();
}

std::optional<fetch_error> kept_pauses::take(std::string_view text)
{
    const auto now = now_of(time_);
    const auto body = json::read_own(text, kept_as, pauses_version);
    if (!body)
        return body.error();
    json::own_members all{&*body};
    const auto written = all.time("written_at");
    const auto* const names = all.at("until");
    if (names == nullptr || !names->is_object())
        all.spoil("until");
    if (all.is_spoilt())
        return all.why();
    json::own_members until{names};
    for (const auto& [name, value] : names->get_object()) {
        const auto at = until.time(name);
        if (until.is_spoilt())
            return until.why();
        const auto left =
            std::min<milliseconds>(still_owed(at, written, now.wall), net::retry_after_max);
        if (left.count() > 0)
            of_.pause(name, now.steady + left);
    }
    return std::nullopt;
}

}  // namespace tickertape::feed
