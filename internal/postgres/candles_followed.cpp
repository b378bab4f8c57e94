#include "archive/candle_row.hpp"
#include "postgres/candles.hpp"

namespace tickertape::postgres {

std::int64_t followed_candle_table::fact(std::string_view of)
{
    if (of == archive::make_from_fact || of == archive::make_until_fact)
        return 0;
    return candle_table::fact(of);
}

}  // namespace tickertape::postgres
