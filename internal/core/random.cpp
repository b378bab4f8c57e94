#include "core/random.hpp"

#include <memory>
#include <random>

namespace tickertape {

std::function<double()> make_random()
{
    // Shared by the copies of the function, or each would give the same numbers.
    return [engine = std::make_shared<std::mt19937_64>(std::random_device{}())] {
        return std::uniform_real_distribution<double>{}(*engine);
    };
}

}  // namespace tickertape
