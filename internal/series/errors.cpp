#include "series/errors.hpp"

#include "core/enum_category.hpp"
#include "series/averages.hpp"
#include "series/interval.hpp"

#include <string>

namespace tickertape::series {
namespace {

std::string names_of_intervals()
{
    std::string names;
    for (const interval of : intervals) {
        if (!names.empty())
            names += ", ";
        names += text(of);
    }
    return names;
}

std::string text(series_errc e)
{
    switch (e) {
    case series_errc::unknown_interval:
        return "no such interval: " + names_of_intervals() + " or their seconds";
    case series_errc::too_many_candles:
        return "more candles than are served at once";
    case series_errc::too_many_points:
        return "more points than statistics are made of";
    case series_errc::no_points:
        return "no points in this range";
    case series_errc::times_go_back:
        return "the times of the points go back";
    case series_errc::bad_period:
        return "a period is 1 to " + std::to_string(period_max) + " candles";
    case series_errc::bad_width:
        return "the width of a band is more than 0 and at most " + std::to_string(width_max) +
               " standard deviations";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& series_category() noexcept
{
    static const enum_category<series_errc> instance{"tickertape.series", text};
    return instance;
}

boost::system::error_code make_error_code(series_errc e) noexcept
{
    return {static_cast<int>(e), series_category()};
}

}  // namespace tickertape::series
