#include "relay/upstream_event.hpp"

#include "core/symbol.hpp"
#include "relay/source_limits.hpp"
#include "json/fields.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace tickertape::relay {
namespace {

using json::member;
using json::text_in;

// As core/source.hpp demands of a name.
bool is_plain(std::string_view name)
{
    return !name.empty() && name.size() <= source_bytes_max &&
           std::ranges::all_of(name, [](char c) {
               return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '"' && c != '\\';
           });
}

std::optional<std::int64_t> whole_in(const boost::json::value* at, std::int64_t most)
{
    if (at == nullptr || !(at->is_int64() || at->is_uint64()))
        return std::nullopt;
    const auto number = json::integer_in(at);
    if (!number || *number < 0 || *number > most)
        return std::nullopt;
    return number;
}

std::optional<position> position_in(const boost::json::value* at)
{
    const auto text = text_in(at);
    if (!text)
        return std::nullopt;
    const auto p = position::parse(*text);
    return p ? std::optional{*p} : std::nullopt;
}

std::optional<upstream_event> tick_of(position at, const boost::json::value& from)
{
    const auto* const number = member(&from, "price");
    if (number == nullptr || !number->is_number())
        return std::nullopt;
    const auto value = json::price_of_number(*number);
    const auto symbol = text_in(member(&from, "symbol"));
    const auto source = text_in(member(&from, "source"));
    if (!value || !symbol || !source || !is_plain(*source))
        return std::nullopt;
    auto name = normalized_symbol(*symbol);
    if (!name || *name != *symbol)
        return std::nullopt;
    // A number of ticks that were passed over is not in a stream of every tick.
    if (member(&from, "skipped") != nullptr)
        return std::nullopt;
    unsigned combined = 0;
    if (const auto* const count = member(&from, "sources")) {
        const auto of = whole_in(count, combined_max);
        if (!of)
            return std::nullopt;
        combined = static_cast<unsigned>(*of);
    }
    return upstream_tick{at, *std::move(name), *value, std::string{*source}, combined};
}

// A reason of a later version is a gap all the same.
gap_cause cause_of(std::string_view reason)
{
    if (reason == "evicted")
        return gap_cause::evicted;
    if (reason == "missing")
        return gap_cause::missing;
    return reason == "restarted" ? gap_cause::restarted : gap_cause::damaged;
}

std::optional<upstream_event> gap_of(const boost::json::value& from)
{
    const auto first = position_in(member(&from, "from"));
    const auto last = position_in(member(&from, "to"));
    const auto reason = text_in(member(&from, "reason"));
    const auto* const symbols = member(&from, "symbols");
    if (!first || !last || !reason || (symbols != nullptr && !symbols->is_array()))
        return std::nullopt;
    upstream_gap gap{*first, *last, cause_of(*reason), symbols == nullptr, {}, *reason == "lapped"};
    if (symbols == nullptr)
        return gap;
    for (const auto& symbol : symbols->get_array()) {
        const auto name = text_in(&symbol);
        if (!name)
            return std::nullopt;
        gap.symbols.emplace_back(*name);
    }
    return gap;
}

std::optional<upstream_event> goodbye_of(const boost::json::value& from, bool is_busy)
{
    constexpr std::int64_t any = std::int64_t{1} << 40;
    const auto wait = whole_in(member(&from, "retry"), any);
    if (!wait)
        return std::nullopt;
    return upstream_goodbye{std::chrono::milliseconds{*wait}, is_busy};
}

std::optional<upstream_event> heartbeat_of(const boost::json::value& from)
{
    const auto time =
        whole_in(member(&from, "timestamp"), static_cast<std::int64_t>(position::ms_max / 1'000));
    if (!time)
        return std::nullopt;
    return upstream_heartbeat{std::chrono::sys_seconds{std::chrono::seconds{*time}}};
}

enum class kind { tick, gap, heartbeat, moving, busy, other };

kind kind_of(std::string_view type)
{
    constexpr std::array<std::pair<std::string_view, kind>, 6> known{
        {{"", kind::tick},
         {"message", kind::tick},
         {"gap", kind::gap},
         {"heartbeat", kind::heartbeat},
         {"moving", kind::moving},
         {"busy", kind::busy}}};
    const auto* const found =
        std::ranges::find(known, type, &std::pair<std::string_view, kind>::first);
    return found == known.end() ? kind::other : found->second;
}

}  // namespace

result<upstream_event> upstream_event_reader::read(const stream_event& e)
{
    const auto what = kind_of(e.type);
    if (what == kind::other)
        return upstream_event{upstream_other{}};
    std::optional<position> at;
    if (e.id) {
        const auto p = position::parse(*e.id);
        if (!p)
            return relay_errc::bad_entry;
        at = *p;
    }
    if (what == kind::tick && !at)
        return relay_errc::bad_entry;
    std::array<unsigned char, 4096> room;
    boost::json::monotonic_resource memory{room.data(), room.size()};
    const auto said = json_.read(e.data, boost::json::storage_ptr{&memory});
    std::optional<upstream_event> meant;
    if (said && said->is_object()) {
        switch (what) {
        case kind::tick:
            meant = tick_of(*at, *said);
            break;
        case kind::gap:
            meant = gap_of(*said);
            break;
        case kind::heartbeat:
            meant = heartbeat_of(*said);
            break;
        case kind::moving:
        case kind::busy:
            meant = goodbye_of(*said, what == kind::busy);
            break;
        case kind::other:
            break;
        }
    }
    if (meant)
        return *std::move(meant);
    if (at)
        return upstream_event{upstream_damage{*at}};
    return relay_errc::bad_entry;
}

}  // namespace tickertape::relay
