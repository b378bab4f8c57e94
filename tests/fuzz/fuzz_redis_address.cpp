// Whatever is configured as the address of a Redis: an address that is shown without its passwords,
// or an error.
#include "relay/redis_address.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    using namespace tickertape::relay;
    const auto read = parse_redis_address({reinterpret_cast<const char*>(bytes), size});
    if (!read)
        return 0;
    const auto shown = text_of(*read);
    if (read->hosts.empty() || read->hosts.size() > redis_address::hosts_max ||
        (shown.find('@') != std::string::npos && !read->has_sentinels()))
        std::abort();
    return 0;
}
