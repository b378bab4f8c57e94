// Any first and second line of a recording are a usable price or an error; and any time that is
// read means the same when it is written again.
#include "core/timestamp.hpp"
#include "synthetic/recording.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    using namespace tickertape;
    using namespace tickertape::synthetic;
    static const std::array<std::string, 2> names{"BTC-USD", "ETH-USD"};
    static const auto symbols = symbol_table::from(names).value();
    static json::reader reader;

    static const auto dated =
        recording::of_first_line("timestamp,price", recorded_names{symbols}).value();

    const std::string_view text{reinterpret_cast<const char*>(bytes), size};
    if (text.find_first_of(",\"") == std::string_view::npos)
        if (const auto row = dated.parse(std::string{text} + ",1", reader)) {
            const auto again = dated.parse(format_rfc3339(*row->at) + ",1", reader);
            if (!again || *again->at != *row->at)
                std::abort();
        }
    const auto cut = text.find('\n');
    const auto first = text.substr(0, cut);
    const auto format = recording::of_first_line(first, recorded_names{symbols});
    if (!format)
        return 0;
    const auto line = cut == std::string_view::npos ? first : text.substr(cut + 1);
    const auto read = format->parse(line, reader);
    if (read && !(read->value.value() > 0))
        std::abort();
    if (read && read->at && read->at->time_since_epoch().count() < 0)
        std::abort();
    return 0;
}
