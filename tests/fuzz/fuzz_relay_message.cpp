// Whatever an entry of the log consists of: a message that is written and read back as it was, or
// an error.
#include "relay/message.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    using namespace tickertape::relay;
    const auto read = parse_message({reinterpret_cast<const char*>(bytes), size});
    if (!read)
        return 0;
    if (const auto* const t = std::get_if<tick_words>(&*read)) {
        const auto again = parse_message(words_of(*t));
        if (!again || *again != *read)
            std::abort();
    }
    return 0;
}
