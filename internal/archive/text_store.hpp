// Texts that an archive keeps beside its ticks, each under a name: the last one of each.
//
// Errors: archive_errc, with a text for the operator. Threads: one at a time.
#pragma once

#include "archive/errors.hpp"

#include <map>
#include <string>
#include <string_view>

namespace tickertape::archive {

class text_store {
public:
    virtual ~text_store() = default;

    // All that are there and whole.
    virtual result<std::map<std::string, std::string>> read_all() = 0;
    // In the place of the one before.
    virtual result<void> write(std::string_view name, std::string_view text) = 0;
};

}  // namespace tickertape::archive
