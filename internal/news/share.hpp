// Which items are shown where there is room for some only.
//
// Pure. Threads: any.
#pragma once

#include "news/collection.hpp"

#include <cstddef>
#include <vector>

namespace tickertape::news {

// Of items in their order as many as there is room for, in the same order. No source has more than
// half of the room while others have items: one that publishes hundreds at once leaves room for
// them.
std::vector<const dated_item*>
shared_out(const std::vector<const dated_item*>& items, std::size_t room);

}  // namespace tickertape::news
