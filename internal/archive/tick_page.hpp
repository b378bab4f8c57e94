// A page of the ticks of one symbol, from either end of a range.
//
// An archive is read forwards. The last ticks of a range are found by looking at a short time
// before its end, and at longer ones before that until there are enough.
//
// Threads: any; `read` is called on the caller's.
#pragma once

#include "archive/errors.hpp"
#include "archive/inventory.hpp"
#include "series/history.hpp"
#include "tape/past.hpp"

#include <functional>

namespace tickertape::archive {

// Archived ticks, as of tape/past.hpp.
using tick_source = std::function<result<tape::past_batch>(const tape::past_query&)>;

// Throws what `read` answers.
series::tick_answer
tick_page_of(const series::tick_query& asked, const inventory& holds, const tick_source& read);

}  // namespace tickertape::archive
