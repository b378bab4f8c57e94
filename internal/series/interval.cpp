#include "series/interval.hpp"

#include "series/errors.hpp"

#include <charconv>

namespace tickertape::series {

result<interval> parse_interval(std::string_view said) noexcept
{
    std::array<char, 20> digits;
    for (const interval of : intervals) {
        const auto written =
            std::to_chars(digits.data(), digits.data() + digits.size(), length(of).count());
        if (said == text(of) || said == std::string_view{digits.data(), written.ptr})
            return of;
    }
    return series_errc::unknown_interval;
}

}  // namespace tickertape::series
