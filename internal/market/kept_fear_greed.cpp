#include "market/kept_fear_greed.hpp"

#include "core/noted_time.hpp"
#include "json/json_text.hpp"
#include "json/own_members.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace tickertape::market {
namespace {

constexpr std::string_view what = "fear and greed";
constexpr std::int64_t version = 1;
constexpr double index_max = 100;

std::int64_t ms_of(wall_time at) noexcept
{
    return at.time_since_epoch().count();
}

}  // namespace

std::string write_kept(const fear_greed_snapshot& shown)
{
    json::object text;
    text.text("kept", what).number("version", version);
    text.number("received_at", ms_of(shown.received_at)).number("day", ms_of(shown.index.day));
    text.real("value", shown.index.value).text("word", shown.index.word);
    return std::move(text).done();
}

fetched<fear_greed_snapshot> read_kept_fear_greed(std::string_view text, const moment& now)
{
    const auto body = json::read_own(text, what, version);
    if (!body)
        return body.error();
    json::own_members from{&*body};
    const auto received_at = from.time("received_at");
    fear_greed index;
    index.day = from.time("day");
    index.value = from.real("value");
    index.word = from.text("word", mood_word_bytes_max);
    // As an answer is read: it becomes a part of ours.
    const bool is_shown =
        std::ranges::all_of(index.word, [](char c) { return c >= ' ' && c < 0x7f; });
    if (!is_shown || index.value < 0 || index.value > index_max)
        from.spoil("value or word");
    if (from.is_spoilt())
        return from.why();
    return fear_greed_snapshot{
        .index = std::move(index),
        .received = received_by(received_at, now),
        .received_at = received_at};
}

}  // namespace tickertape::market
