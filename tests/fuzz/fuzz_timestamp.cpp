// Any bytes as a time, a position, a price and a symbol: whatever is accepted is within bounds and
// reads back.
#include "core/position.hpp"
#include "core/price.hpp"
#include "core/symbol.hpp"
#include "core/timestamp.hpp"

#include <cstdlib>

using namespace tickertape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(bytes), size};
    if (const auto t = parse_timestamp(text)) {
        const auto ms = t->time_since_epoch().count();
        if (ms < 0 || ms > static_cast<std::int64_t>(position::ms_max))
            std::abort();
        if (parse_rfc3339(format_rfc3339(*t)) != *t && ms <= 16'725'225'600'000)
            std::abort();
    }
    if (const auto p = position::parse(text))
        if (position::parse(p->text()).value() != *p)
            std::abort();
    if (const auto p = price::parse(text))
        if (price::parse(p->text()).value() != *p)
            std::abort();
    if (const auto s = normalized_symbol(text))
        if (normalized_symbol(*s).value() != *s || s->size() > 33)
            std::abort();
    return 0;
}
