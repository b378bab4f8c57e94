#include "web/history_request.hpp"

#include "web/answer_limits.hpp"
#include "web/parameters.hpp"
#include "web/stream_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tickertape::web {
namespace {

std::variant<std::size_t, http::problem> read_limit(const http::request_target& target)
{
    const auto given = target.parameter("limit");
    if (!given)
        return history_ticks_max;
    std::size_t limit = 0;
    const auto end = given->data() + given->size();
    const auto read = std::from_chars(given->data(), end, limit);
    if (read.ec != std::errc{} || read.ptr != end || limit < 1 || limit > history_ticks_max)
        return http::bad_parameter(
            "limit", http::quoted(*given) + " is not a number of ticks",
            "a whole number from 1 to " + std::to_string(history_ticks_max));
    return limit;
}

std::variant<std::optional<position>, http::problem>
read_id(const http::request_target& target, std::string_view name)
{
    const auto given = target.parameter(name);
    if (!given)
        return std::optional<position>{};
    const auto p = position::parse(*given);
    if (!p)
        return http::bad_parameter(
            name, http::quoted(*given) + " is not the id of a tick",
            "the id of a tick, <milliseconds>-<counter>");
    return std::optional{*p};
}

// One end of the range: a time or an id, none, or a problem.
struct bound {
    std::string_view name;  // of the parameter that gave it; empty: none did
    std::optional<wall_time> time{};
    std::optional<position> id{};
};

std::variant<bound, http::problem> read_bound(
    const http::request_target& target, std::string_view time_name, std::string_view id_name,
    range_end which, std::string_view end, const tape::tapes& from, wall_time now)
{
    auto time = read_time(target, time_name, which, from, now);
    if (auto* bad = std::get_if<http::problem>(&time))
        return std::move(*bad);
    auto id = read_id(target, id_name);
    if (auto* bad = std::get_if<http::problem>(&id))
        return std::move(*bad);
    const bound b{
        .name = std::get<0>(time) ? time_name
                : std::get<0>(id) ? id_name
                                  : std::string_view{},
        .time = std::get<0>(time),
        .id = std::get<0>(id)};
    if (b.time && b.id)
        return http::bad_parameter(
            id_name,
            std::string{time_name} + " and " + std::string{id_name} + " both say where to " +
                std::string{end},
            "one of the two");
    return b;
}

// The first millisecond after that one.
position end_of(wall_time ms)
{
    return position::at(ms + std::chrono::milliseconds{1});
}

}  // namespace

std::variant<history_request, http::problem> read_history_request(
    const http::request_target& target, const tape::tapes& from, wall_time now,
    std::chrono::milliseconds ids_ahead)
{
    static constexpr std::array<std::string_view, 5> known_names{
        "since", "after", "until", "before", "limit"};
    if (auto wrong = wrong_parameters(target, known_names))
        return *std::move(wrong);
    auto begin = read_bound(target, "since", "after", range_end::begin, "begin", from, now);
    if (auto* bad = std::get_if<http::problem>(&begin))
        return std::move(*bad);
    auto end = read_bound(target, "until", "before", range_end::end, "end", from, now);
    if (auto* bad = std::get_if<http::problem>(&end))
        return std::move(*bad);
    auto limit = read_limit(target);
    if (auto* bad = std::get_if<http::problem>(&limit))
        return std::move(*bad);
    const auto& first = std::get<bound>(begin);
    const auto& last = std::get<bound>(end);

    history_request wanted{
        .after = {},
        .is_unknown = false,
        .last = {},
        .limit = std::get<0>(limit),
        .pages = first.id || last.id};
    if (first.time)
        wanted.after = position::at(*first.time).previous();
    if (first.id) {
        const auto known = known_id(*first.id, from, now, ids_ahead);
        wanted.after = known.value_or(from.epoch().previous());
        wanted.is_unknown = !known;
    }
    if (last.time)
        wanted.last = end_of(*last.time).previous();
    if (last.id)
        wanted.last = last.id->previous();

    // An id is not in the range it bounds, so a range that ends with the id it begins with is
    // empty and valid: the client has seen all.
    const auto end_given = last.id ? last.id : wanted.last;
    const bool is_reversed = first.time && last.time
                                 ? *last.time < *first.time
                                 : wanted.after && end_given && *end_given < *wanted.after;
    if (is_reversed)
        return http::bad_parameter(
            last.name,
            "the range ends before it begins: " + std::string{last.name} + " is earlier than " +
                std::string{first.name},
            std::string{last.id ? "an id" : "a time"} + " that is not earlier than " +
                std::string{first.name});
    return wanted;
}

}  // namespace tickertape::web
