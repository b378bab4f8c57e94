#include "config/row_list.hpp"

#include "relay/redis_address.hpp"
#include "relay/upstream_address.hpp"

#include <algorithm>
#include <array>

namespace tickertape::config {

using namespace rules;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t name_bytes_max = 64;

bool is_name(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' ||
               c == '_' || c == '.';
    });
}

template <class Field>
rule name(Field field, std::string accepted, std::size_t bytes_min)
{
    return made_of(
        std::move(accepted), {}, field,
        [=](std::string_view text) -> parsed<std::string> {
            if (text.size() < bytes_min)
                return because("is empty");
            if (text.size() > name_bytes_max)
                return because("is too long");
            if (!is_name(text))
                return because("has another character than letters, digits, '-', '_' and '.'");
            return std::string{text};
        },
        [](const std::string& value) { return value; });
}

rule relay_address()
{
    return made_of(
        "empty, or a redis://, rediss://, redis+sentinel://, rediss+sentinel://, http:// or "
        "https:// address",
        {}, [](auto& s) -> auto& { return s.relay.address; },
        [](std::string_view text) -> parsed<std::string> {
            constexpr std::array<std::string_view, 6> schemes{
                "redis://",           "rediss://", "redis+sentinel://",
                "rediss+sentinel://", "http://",   "https://"};
            if (!text.empty() && std::ranges::none_of(schemes, [&](std::string_view s) {
                    return text.starts_with(s) && text.size() > s.size();
                }))
                return because("is none of them");
            // Said here, because an address of a stream with a mistake in it is none of Redis.
            if (text.starts_with("http"))
                if (const auto upstream = relay::parse_upstream(text); !upstream)
                    return because(upstream.error().message());
            if (text.starts_with("redis"))
                if (const auto redis = relay::parse_redis_address(text); !redis)
                    return because(redis.error().message());
            return std::string{text};
        },
        [](const std::string& value) { return value; });
}

rule slot()
{
    return made_of(
        "empty, or 0 to " + std::to_string(position::slot_max), {},
        [](auto& s) -> auto& { return s.relay.slot; },
        [](std::string_view text) -> parsed<std::optional<unsigned>> {
            if (text.empty())
                return std::optional<unsigned>{};
            const auto value = parse_count(text, 0, position::slot_max);
            if (!value)
                return value.error();
            return std::optional{static_cast<unsigned>(*value)};
        },
        [](const auto& value) { return value ? std::to_string(*value) : std::string{}; });
}

}  // namespace

void add_relay_rows(row_list& rows)
{
    rows.group = "Cluster";
    rows.add(
            "RELAY", relay_address(),
            "What this instance shares its ticks with others through; empty: it is alone")
        .secret = true;
    rows.add(
        "RELAY_NAME",
        name(
            [](auto& s) -> auto& { return s.relay.name; },
            "1 to 64 letters, digits, '-', '_' or '.'", 1),
        "The name of the cluster, with which its keys begin");
    rows.add(
        "RELAY_MAXLEN",
        count(
            [](auto& s) -> auto& { return s.relay.entries_max; }, 1'000, 1'000'000'000, "entries"),
        "The entries that the relay holds, about 50 bytes each");
    rows.add(
        "RELAY_LEASE",
        duration(
            [](auto& s) -> auto& { return s.relay.lease; }, 500ms, 1min),
        "The time after which another instance takes over from a leader that is silent");
    rows.add(
        "RELAY_SLOT", slot(),
        "The number of this instance in the ids that it gives; empty: one that no other has");
    rows.add(
        "INSTANCE",
        name(
            [](auto& s) -> auto& { return s.relay.instance; },
            "empty, or up to 64 letters, digits, '-', '_' or '.'", 0),
        "The name of this instance, which no other may have; empty: the host's and the process's");
    rows.add(
        "MAX_CLOCK_SKEW",
        duration(
            [](auto& s) -> auto& { return s.relay.skew_max; }, 10ms, 1min),
        "An instance whose clock differs more than that from the relay's does not lead");
    rows.add(
        "STANDBY",
        choice(
            [](auto& s) -> auto& { return s.live.when_standing_by; },
            {{"warm", feed::standby::warm}, {"cold", feed::standby::cold}}),
        "Whether an instance that does not lead keeps its provider sockets open");
}

}  // namespace tickertape::config
