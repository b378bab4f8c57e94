// Whatever Coinbase sends: a quote with a usable price, or an error with bounded words.
#include "feed/provider_answer.hpp"
#include "feed/providers/coinbase_answer.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    using namespace tickertape;
    const std::string_view body{reinterpret_cast<const char*>(bytes), size};
    for (const int status : {200, 404, 429}) {
        const auto answer = parse_coinbase_ticker(symbol_id{0}, status, "application/json", body);
        if (answer && !(answer->value.value() > 0))
            std::abort();
        if (!answer && answer.error().detail.size() > words_bytes_max)
            std::abort();
        if (answer && status != 200)
            std::abort();
    }
    return 0;
}
