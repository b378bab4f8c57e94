// Whatever CoinGecko sends: per symbol a quote with a usable price, or an error with bounded words.
#include "feed/provider_answer.hpp"
#include "feed/providers/coingecko_answer.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    using namespace tickertape;
    static const std::array<std::string, 3> names{"BTC-USD", "ETH-BTC", "NOSUCH-USD"};
    static const auto symbols = symbol_table::from(names).value();
    const std::string_view body{reinterpret_cast<const char*>(bytes), size};
    for (const int status : {200, 500}) {
        const auto all =
            parse_coingecko_prices(symbols.all(), symbols, status, "application/json", body);
        if (all.size() != symbols.size())
            std::abort();
        for (const auto& answer : all) {
            if (!answer || (*answer && !((*answer)->value.value() > 0)))
                std::abort();
            if (!*answer && answer->error().detail.size() > words_bytes_max)
                std::abort();
        }
    }
    return 0;
}
