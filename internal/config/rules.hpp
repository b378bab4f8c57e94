// The kinds of settings: which texts a setting takes, and what becomes of them.
//
// Each function makes the rule of one setting. `accepted` and `unit` are read by people; the limits
// are inclusive.
//
// Threads: any; a rule does not change once it is made.
#pragma once

#include "config/settings.hpp"
#include "config/value.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tickertape::config {

// Which values are taken, in words and in code.
struct rule {
    std::string accepted;
    std::string_view unit;  // empty: none, or named by the value itself
    // Takes the text into its member, or says why not and changes nothing.
    std::function<std::optional<complaint>(settings&, std::string_view)> assign;
    // The member as a text that assign() reads back to the same value.
    std::function<std::string(const settings&)> show;
};

namespace rules {

// The type of the member that `Field` leads to: a pointer to a member of settings, or a function
// from settings to a reference to the member.
template <class Field>
using member_of = std::remove_cvref_t<std::invoke_result_t<const Field&, settings&>>;

// For a member that `parse` gives and `format` writes.
template <class Field, class Parse, class Format>
rule made_of(std::string accepted, std::string_view unit, Field field, Parse parse, Format format)
{
    return {
        std::move(accepted), unit,
        [field, parse](settings& s, std::string_view text) -> std::optional<complaint> {
            auto value = parse(text);
            if (!value)
                return value.error();
            std::invoke(field, s) = static_cast<member_of<Field>>(*std::move(value));
            return std::nullopt;
        },
        [field, format](const settings& s) { return format(std::invoke(field, s)); }};
}

// The same rule, and `then` does what else follows from the value it took.
template <class Then>
rule followed_by(rule first, Then then)
{
    first.assign = [assign = std::move(first.assign),
                    then](settings& s, std::string_view text) -> std::optional<complaint> {
        auto refused = assign(s, text);
        if (!refused)
            then(s);
        return refused;
    };
    return first;
}

template <class Field>
rule count(Field field, std::uint64_t low, std::uint64_t high, std::string_view unit = {})
{
    return made_of(
        std::to_string(low) + " to " + std::to_string(high), unit, field,
        [=](std::string_view text) { return parse_count(text, low, high); },
        [](auto value) { return std::to_string(value); });
}

// One of a few words, in any case. `synonyms` are taken as well, and neither shown nor documented.
template <class Field, class E = member_of<Field>>
rule choice(
    Field field, std::vector<std::pair<std::string, E>> words,
    std::vector<std::pair<std::string, E>> synonyms = {})
{
    std::vector<std::string> names;
    for (const auto& [name, value] : words)
        names.push_back(name);
    return made_of(
        join(names, ", "), {}, field,
        [words, synonyms](std::string_view text) -> parsed<E> {
            const auto wanted = lower_case(text);
            for (const auto* list : {&words, &synonyms})
                for (const auto& [name, value] : *list)
                    if (name == wanted)
                        return value;
            return because(text.empty() ? "is empty" : "is not one of them");
        },
        [words](E value) {
            return std::ranges::find(words, value, &std::pair<std::string, E>::second)->first;
        });
}

template <class Field>
rule decimal(Field field, double low, double high, std::string_view unit)
{
    return made_of(
        format_decimal(low) + " to " + format_decimal(high), unit, field,
        [=](std::string_view text) { return parse_decimal(text, low, high); }, format_decimal);
}

// 0 is without a limit.
template <class Field>
rule decimal_or_none(Field field, double low, double high, std::string_view unit)
{
    return made_of(
        "0, or " + format_decimal(low) + " to " + format_decimal(high), unit, field,
        [=](std::string_view text) { return parse_decimal_or_none(text, low, high); },
        format_decimal);
}

// Written per cent, kept as a part of 1.
template <class Field>
rule percent(Field field, double low, double high)
{
    return made_of(
        format_decimal(low) + " to " + format_decimal(high), "%", field,
        [=](std::string_view text) { return parse_percent(text, low, high); }, format_percent);
}

template <class Field>
rule boolean(Field field)
{
    return made_of("true or false", {}, field, parse_boolean, [](bool value) {
        return std::string{value ? "true" : "false"};
    });
}

template <class Field>
rule duration(Field field, std::chrono::milliseconds low, std::chrono::milliseconds high)
{
    return made_of(
        format_duration(low) + " to " + format_duration(high), "duration", field,
        [=](std::string_view text) { return parse_duration(text, low, high); }, format_duration);
}

// How long something is kept.
template <class Field>
rule kept_time(Field field, std::chrono::milliseconds low, std::chrono::milliseconds high)
{
    return made_of(
        "forever, or " + format_kept_time(low) + " to " + format_kept_time(high), "duration", field,
        [=](std::string_view text) { return parse_kept_time(text, low, high); }, format_kept_time);
}

// How far back something goes.
template <class Field>
rule reach(Field field, std::uint64_t years_max)
{
    return made_of(
        "off, or 1d to " + std::to_string(years_max) + "y", "d, y", field,
        [=](std::string_view text) { return parse_reach(text, years_max); }, format_reach);
}

// How much may be taken.
template <class Field>
rule size_limit(Field field, std::uint64_t low, std::uint64_t high)
{
    return made_of(
        "none, or " + format_size_limit(low) + " to " + format_size_limit(high), "bytes, GiB",
        field, [=](std::string_view text) { return parse_size_limit(text, low, high); },
        format_size_limit);
}

template <class Field>
rule bytes(Field field, std::size_t low, std::size_t high)
{
    return made_of(
        format_bytes(low) + " to " + format_bytes(high), "bytes", field,
        [=](std::string_view text) { return parse_bytes(text, low, high); },
        [](auto value) { return format_bytes(static_cast<std::size_t>(value)); });
}

// Nothing, or the path of a file or a directory. Whether it can be read is seen when it is.
template <class Field>
rule path(Field field, std::string accepted)
{
    using member = member_of<Field>;
    return made_of(
        std::move(accepted), {}, field,
        [](std::string_view text) -> parsed<member> {
            auto given = parse_path(text);
            if (!given)
                return given.error();
            return given->empty() ? member{} : member{*std::move(given)};
        },
        [](const member& value) {
            if constexpr (std::is_same_v<member, std::string>)
                return value;
            else
                return value.value_or("");
        });
}

rule address(std::string settings::*field);
// sqlite:DIRECTORY, the address of a PostgreSQL database, or none. Shown without passwords.
rule archive_place();
rule admin_token();
// Empty is none.
rule simulator_seed();
// 0 is none.
rule simulator_start();
// off is none.
rule simulator_history();
rule origins(std::vector<std::string> settings::*field);
// A list of addresses and networks, or none.
rule networks(std::vector<ip_network> settings::*field);

// Says which item of a list is refused, where there is more than one.
complaint because_of_item(std::size_t index, std::size_t items, const std::string& reason);

}  // namespace rules
}  // namespace tickertape::config
