// What the archive can be told.
#pragma once

#include "archive/recorder.hpp"

#include <chrono>
#include <string>

namespace tickertape::archive {

struct settings {
    settings();

    // The directory of the archive; empty: there is none.
    std::string directory;
    sync_policy sync = sync_policy::each_second;
    // How long a tick waits for the disk before it is shown without it.
    std::chrono::milliseconds patience{250};
};

}  // namespace tickertape::archive
