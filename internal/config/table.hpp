// The one table of settings. Flags, environment variables, .env lines, --help, --check-config and
// the documentation are all derived from it; a new setting is a member of `settings` and a row.
//
// Threads: any; the table does not change once it is made.
#pragma once

#include "config/rules.hpp"
#include "config/settings.hpp"
#include "provider/registry.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::config {

struct setting {
    std::string_view group;  // the heading it stands under
    std::string name;        // STORE_SIZE
    std::string fallback;    // the default, as somebody would write it
    rule values;
    std::string meaning;  // one sentence, without the full stop
    bool secret = false;  // never shown
    // What an empty value stands for, where that is something.
    std::string when_empty{};

    // The default as it is shown: what it stands for, where it is empty.
    const std::string& shown_default() const { return fallback.empty() ? when_empty : fallback; }

    // store-size: the flag without its dashes.
    std::string flag() const;
};

// The settings of a server that may be told to ask those providers.
class setting_table {
public:
    explicit setting_table(std::span<const provider::row> providers);

    // In the order in which they are shown.
    const std::vector<setting>& rows() const noexcept { return rows_; }
    // Every setting at its default.
    settings defaults() const;

private:
    std::vector<setting> rows_;
};

}  // namespace tickertape::config
