#include "web/stream_request.hpp"

#include "core/timestamp.hpp"

#include <algorithm>

namespace tickertape {
namespace {

using symbols_or_problem = std::variant<std::vector<symbol_id>, problem>;
using place_or_problem = std::variant<stream_place, problem>;

constexpr std::string_view accepted_symbols = "a comma-separated list of symbols, or *";
constexpr std::string_view accepted_positions =
    "the id of an event of this stream, <milliseconds>-<counter>";

symbols_or_problem read_symbols(const request_target& target, const symbol_table& known)
{
    const auto given = target.parameter("symbols");
    if (!given)
        return std::vector{known.all().front()};
    if (*given == "*")
        return std::vector(known.all().begin(), known.all().end());
    std::vector<symbol_id> wanted;
    std::string_view rest = *given;
    for (;;) {
        const auto comma = rest.find(',');
        const auto name = rest.substr(0, comma);
        if (name.empty())
            return bad_parameter("symbols", "there is an empty name in symbols", accepted_symbols);
        const auto id = known.find(name);
        if (!id)
            return unknown_symbol(name, known);
        // Known symbols only get here, so this stays as short as the configuration.
        if (std::ranges::find(wanted, *id) == wanted.end())
            wanted.push_back(*id);
        if (comma == std::string_view::npos)
            return wanted;
        rest.remove_prefix(comma + 1);
    }
}

place_or_problem
after_event(std::string_view id, std::string_view parameter, const tapes& from, wall_time now)
{
    const auto p = position::parse(id);
    if (!p)
        return bad_parameter(
            parameter, quoted(id) + " is not the id of an event", accepted_positions);
    // An id from the future was given by another clock, or by this one before it stepped back.
    // Waiting for our ticks to pass it would be a silent hole, so all that is held is new to it.
    const auto known_until =
        std::max(position::at(now + std::chrono::milliseconds{1}), from.committed());
    if (*p > known_until)
        return stream_place::after(from.epoch().previous());
    return stream_place::after(*p);
}

place_or_problem read_place(const request& r, const request_target& target, const tapes& from)
{
    if (!r.last_event_id.empty())
        return after_event(r.last_event_id, "Last-Event-ID", from, r.now);
    if (const auto id = target.parameter("last_event_id"); id && !id->empty())
        return after_event(*id, "last_event_id", from, r.now);
    auto since = read_time(target, "since", r.now);
    if (auto* bad = std::get_if<problem>(&since))
        return std::move(*bad);
    if (const auto time = std::get<0>(since))
        return stream_place::after(position::at(*time).previous());
    return stream_place::newest(from.committed());
}

// Asked for, and not to be had: saying nothing would send more than was asked for.
std::optional<problem> refuse_unsupported(const request_target& target)
{
    if (const auto mode = target.parameter("mode"); mode && *mode != "all")
        return bad_parameter(
            "mode", "this server sends every tick; there is no mode " + quoted(*mode), "all");
    if (target.parameter("max_rate"))
        return bad_parameter(
            "max_rate", "this server sends every tick as it comes", "no such parameter");
    return std::nullopt;
}

}  // namespace

std::variant<std::optional<wall_time>, problem>
read_time(const request_target& target, std::string_view name, wall_time now)
{
    const auto given = target.parameter(name);
    if (!given)
        return std::optional<wall_time>{};
    const auto time = parse_timestamp(*given);
    if (!time)
        return bad_parameter(name, quoted(*given) + " is not a time", accepted_times);
    if (*time > now + since_ahead_max)
        return bad_parameter(name, quoted(*given) + " lies in the future", accepted_times);
    return std::optional{*time};
}

std::variant<stream_grant, problem>
read_stream_request(const request& r, const request_target& target, const tapes& from)
{
    if (auto bad = refuse_unsupported(target))
        return std::move(*bad);
    auto symbols = read_symbols(target, from.symbols());
    if (auto* bad = std::get_if<problem>(&symbols))
        return std::move(*bad);
    auto place = read_place(r, target, from);
    if (auto* bad = std::get_if<problem>(&place))
        return std::move(*bad);
    return stream_grant{std::move(std::get<0>(symbols)), std::get<0>(place)};
}

}  // namespace tickertape
