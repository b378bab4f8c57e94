// Whatever is imported, cut anywhere: ticks that can be written and read back, or complaints.
#include "transfer/tick_reader.hpp"
#include "transfer/tick_writer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    using namespace tickertape;
    using namespace tickertape::transfer;
    // The first byte says the format, the second how the rest is cut.
    if (size < 2)
        return 0;
    const auto from = static_cast<format>(bytes[0] % 4);
    const std::size_t cut = 1 + bytes[1];
    std::string_view rest{reinterpret_cast<const char*>(bytes) + 2, size - 2};

    std::string text;
    std::size_t count = 0;
    tick_writer writer{format::csv};
    writer.begin(text);
    const auto complain = [](std::uint64_t, const std::string& why) {
        if (why.empty())
            std::abort();
    };
    tick_reader reader{
        from,
        {from == format::bitcoincharts ? "BTC-USD" : "", "import"},
        [&](std::uint64_t, record&& r) {
            ++count;
            writer.add(text, r);
        },
        complain};
    while (!rest.empty()) {
        reader.feed(rest.substr(0, cut));
        rest.remove_prefix(std::min(cut, rest.size()));
    }
    reader.finish();
    tick_reader again{
        format::csv,
        {},
        [&count](std::uint64_t, record&&) { --count; },
        [](std::uint64_t, const std::string&) { std::abort(); }};
    again.feed(text);
    again.finish();
    if (count != 0)
        std::abort();
    return 0;
}
