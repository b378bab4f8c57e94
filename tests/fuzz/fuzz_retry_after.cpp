// Any bytes as a Retry-After: whatever is accepted is a wait within bounds, and blanks around it
// change nothing.
#include "net/retry_after.hpp"

#include <cstdlib>
#include <string>

using namespace tickertape;
using namespace tickertape::net;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    using namespace std::chrono_literals;
    const std::string text{reinterpret_cast<const char*>(bytes), size};
    for (const wall_time now :
         {wall_time{0ms}, wall_time{784'111'777'123ms}, wall_time{4'102'444'799'999ms}}) {
        const auto wait = parse_retry_after(text, now);
        if (wait && (*wait < 0ms || *wait > retry_after_max))
            std::abort();
        if (parse_retry_after(" \t" + text + " ", now) != wait)
            std::abort();
    }
    return 0;
}
