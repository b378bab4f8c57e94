// Candles that are imported, cut anywhere: candles that can be, in the order of time, or
// complaints.
#include "transfer/candle_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    using namespace tickertape;
    using namespace tickertape::transfer;
    // The first byte says the format, the second the interval, the third how the rest is cut.
    if (size < 3)
        return 0;
    constexpr wall_time now{std::chrono::seconds{1'800'000'000}};
    const auto of = series::intervals[bytes[1] % series::intervals.size()];
    const std::size_t cut = 1 + bytes[2];
    std::string_view rest{reinterpret_cast<const char*>(bytes) + 3, size - 3};
    const auto line_end = std::min(rest.find('\n'), rest.size());
    const auto guess =
        guess_candles(rest.substr(0, line_end), rest.substr(std::min(line_end + 1, rest.size())));
    if (guess.whose && !guess.is_candles)
        std::abort();

    std::optional<series::candle_time> last;
    std::uint64_t last_line = 0;
    candle_reader reader{
        {static_cast<candle_format>(bytes[0] % 3), of, now},
        [&](std::uint64_t line, const series::candle& c) {
            const bool is_possible = c.low.value() <= std::min(c.open.value(), c.close.value()) &&
                                     c.high.value() >= std::max(c.open.value(), c.close.value()) &&
                                     bucket_open(of, c.opens) == c.opens &&
                                     is_closed(of, c.opens, now);
            if (!is_possible || (last && c.opens <= *last) || line <= last_line)
                std::abort();
            last = c.opens;
            last_line = line;
        },
        [](std::uint64_t line, const std::string& why) {
            if (line == 0 || why.empty())
                std::abort();
        }};
    while (!rest.empty()) {
        reader.feed(rest.substr(0, cut));
        rest.remove_prefix(std::min(cut, rest.size()));
    }
    reader.finish();
    return 0;
}
