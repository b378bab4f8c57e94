// Whatever a recording's first line and its second are: a usable price, or an error.
#include "synthetic/recording.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    using namespace tickertape;
    static const std::array<std::string, 2> names{"BTC-USD", "ETH-USD"};
    static const auto symbols = symbol_table::from(names).value();
    static json::reader reader;

    const std::string_view text{reinterpret_cast<const char*>(bytes), size};
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
