// The one table of settings. Flags, environment variables, .env lines, --help, --check-config and
// the documentation are all derived from it; a new setting is a member of `settings` and a row.
//
// Threads: any; the table is made at its first use and never changes.
#pragma once

#include "config/settings.hpp"
#include "config/value.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
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

struct setting {
    std::string_view group;  // the heading it stands under
    std::string name;        // STORE_SIZE
    std::string fallback;    // the default, as somebody would write it
    rule values;
    std::string meaning;  // one sentence, without the full stop
    bool secret = false;  // never shown

    // store-size: the flag without its dashes.
    std::string flag() const;
};

// In the order in which they are shown.
const std::vector<setting>& setting_table();

// Every setting at its default.
settings default_settings();

// What no single row can see: settings that contradict one another, as one line.
std::optional<std::string> contradiction(const settings& s);

// The most ticks all symbols may hold together: 4 GiB at 32 bytes a tick.
inline constexpr std::size_t ticks_total_max = std::size_t{1} << 27;

}  // namespace tickertape
