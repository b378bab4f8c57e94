// Whatever is piped in, cut anywhere: lines, and of each a usable price or an error.
#include "synthetic/line_splitter.hpp"
#include "synthetic/pipe_line.hpp"

#include <algorithm>
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
    constexpr std::size_t line_bytes_max = 64;

    // The first byte says how the rest is cut.
    std::string_view rest{reinterpret_cast<const char*>(bytes), size};
    const std::size_t piece = rest.empty() ? 1 : 1 + static_cast<unsigned char>(rest.front()) % 100;
    line_splitter splitter{line_bytes_max};
    const auto drain = [&] {
        while (const auto line = splitter.next()) {
            if (line->text.size() > line_bytes_max)
                std::abort();
            const auto read = parse_pipe_line(line->text, recorded_names{symbols}, reader);
            if (read && !(read->value.value() > 0))
                std::abort();
        }
    };
    while (!rest.empty()) {
        splitter.append(rest.substr(0, piece));
        rest.remove_prefix(std::min(piece, rest.size()));
        drain();
    }
    splitter.end();
    drain();
    return 0;
}
