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
#include <utility>
#include <vector>

namespace tickertape {

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

// For a member that `parse` gives and `format` writes.
template <class T, class Parse, class Format>
rule made_of(
    std::string accepted, std::string_view unit, T settings::*field, Parse parse, Format format)
{
    return {
        std::move(accepted), unit,
        [field, parse](settings& s, std::string_view text) -> std::optional<complaint> {
            auto value = parse(text);
            if (!value)
                return value.error();
            s.*field = static_cast<T>(*std::move(value));
            return std::nullopt;
        },
        [field, format](const settings& s) { return format(s.*field); }};
}

template <class T>
rule count(T settings::*field, std::uint64_t low, std::uint64_t high, std::string_view unit = {})
{
    return made_of(
        std::to_string(low) + " to " + std::to_string(high), unit, field,
        [=](std::string_view text) { return parse_count(text, low, high); },
        [](T value) { return std::to_string(value); });
}

// One of a few words, in any case. `synonyms` are taken as well, and neither shown nor documented.
template <class E>
rule choice(
    E settings::*field, std::vector<std::pair<std::string, E>> words,
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

rule decimal(double settings::*field, double low, double high, std::string_view unit);
rule boolean(bool settings::*field);
rule duration(
    std::chrono::milliseconds settings::*field, std::chrono::milliseconds low,
    std::chrono::milliseconds high);
rule bytes(std::size_t settings::*field, std::size_t low, std::size_t high);
// Nothing, or the path of a file or a directory. Whether it can be read is seen when it is.
rule path(std::optional<std::string> settings::*field, std::string accepted);
rule address(std::string settings::*field);
rule optional_count(std::optional<std::uint64_t> settings::*field);
// 0 is none.
rule optional_price(std::optional<price> settings::*field);
// 0 is without a limit.
rule decimal_or_none(double settings::*field, double low, double high, std::string_view unit);
rule origins(cors_policy settings::*field);
// A list of addresses and networks, or none.
rule networks(std::vector<ip_network> settings::*field);

// Says which item of a list is refused, where there is more than one.
complaint because_of_item(std::size_t index, std::size_t items, const std::string& reason);

}  // namespace rules
}  // namespace tickertape
