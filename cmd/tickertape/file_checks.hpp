// Whether the files that the settings name can be used, found out as the start finds it out.
#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>

namespace tickertape {

// Why a start with these settings would be refused for the sake of a file, as one line; none: it
// would not. Looks at the files that the server would read, and at the directories it would write
// to, and makes none. CA_FILE is not looked at where no provider is asked.
std::optional<std::string> wrong_with_files(const config::settings& s);

}  // namespace tickertape
