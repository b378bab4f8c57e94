// Chance for what is spread over time and need not be secret.
//
// Threads: each function that is returned is one thread's.
#pragma once

#include <functional>

namespace tickertape {

// Gives numbers in [0, 1).
std::function<double()> make_random();

}  // namespace tickertape
