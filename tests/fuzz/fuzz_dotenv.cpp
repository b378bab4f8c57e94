// Any bytes as a .env file: it is read or refused with a line that exists.
#include "config/dotenv.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace tickertape;
using namespace tickertape::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(bytes), size};
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    const auto entries = parse_dotenv(text);
    if (!entries) {
        if (entries.error().line > lines || entries.error().reason.empty())
            std::abort();
        return 0;
    }
    std::size_t last = 0;
    for (const auto& entry : *entries) {
        if (entry.name.empty() || entry.line <= last || entry.line > lines)
            std::abort();
        if (entry.value.size() > size || entry.value.find('\0') != std::string::npos)
            std::abort();
        last = entry.line;
    }
    return 0;
}
