// Whatever stands in a text with figures of the market: it is refused with bounded words, or reads
// back as it is written. The first byte says which text it is to be.
#include "core/text.hpp"
#include "market/kept_currencies.hpp"
#include "market/kept_fear_greed.hpp"
#include "market/kept_network.hpp"
#include "market/kept_realised.hpp"
#include "market/kept_table.hpp"
#include "market/network_figures.hpp"
#include "market/supply_memory.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace tickertape;
using namespace tickertape::market;

// Of texts.
constexpr unsigned kinds = 6;

constexpr moment now{
    steady_time{std::chrono::hours{3}}, wall_time{std::chrono::seconds{1'790'000'000}},
    boot_time{std::chrono::hours{4}}};

void must(bool holds)
{
    if (!holds)
        std::abort();
}

void must_be_refused(const fetch_error& why)
{
    must(why.code.failed());
    must(why.detail.size() <= words_bytes_max);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view text{reinterpret_cast<const char*>(bytes) + 1, size - 1};
    if (bytes[0] % kinds == 0) {
        const auto shown = read_kept_table(text, now, std::chrono::minutes{15});
        if (!shown)
            return must_be_refused(shown.error()), 0;
        must(!shown->coins.coins.empty() && shown->coins.coins.size() <= coins_max);
        must(shown->received <= now.boot);
        const auto again = write_kept(*shown);
        const auto back = read_kept_table(again, now, std::chrono::minutes{15});
        must(back.has_value());
        must(write_kept(*back) == again);
    } else if (bytes[0] % kinds == 1) {
        const auto known = read_kept_network(text, now);
        if (!known)
            return must_be_refused(known.error()), 0;
        must(known->blocks->received <= now.boot);
        must(!figures_of(*known).empty());
        const auto again = write_kept(*known);
        const auto back = read_kept_network(again, now);
        must(back.has_value());
        must(write_kept(*back) == again);
    } else if (bytes[0] % kinds == 2) {
        const auto shown = read_kept_currencies(text, now);
        if (!shown)
            return must_be_refused(shown.error()), 0;
        must(shown->rates.all.size() <= currencies_max);
        const auto again = write_kept(*shown);
        const auto back = read_kept_currencies(again, now);
        must(back.has_value());
        must(write_kept(*back) == again);
    } else if (bytes[0] % kinds == 3) {
        const auto shown = read_kept_realised(text, now);
        if (!shown)
            return must_be_refused(shown.error()), 0;
        must(shown->index.mvrv >= mvrv_min && shown->index.mvrv <= mvrv_max);
        const auto again = write_kept(*shown);
        const auto back = read_kept_realised(again, now);
        must(back.has_value());
        must(write_kept(*back) == again);
    } else if (bytes[0] % kinds == 4) {
        supply_memory known;
        if (const auto why = known.take(text))
            return must_be_refused(*why), 0;
        const auto again = known.write();
        supply_memory back;
        must(!back.take(again));
        must(back.write() == again);
    } else {
        const auto shown = read_kept_fear_greed(text, now);
        if (!shown)
            return must_be_refused(shown.error()), 0;
        const auto again = write_kept(*shown);
        const auto back = read_kept_fear_greed(again, now);
        must(back.has_value());
        must(write_kept(*back) == again);
    }
    return 0;
}

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t most);

// A text of each kind to begin with.
extern "C" std::size_t
LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t most, unsigned seed)
{
    static const std::string texts[]{
        std::string(1, '\0') +
            R"({"kept":"market table","version":1,"source":"coingecko","received_at":1789999000000,"lag":0,)"
            R"("dropped":0,"whole":{"source":"coinpaprika","received_at":1789999000000,"market_cap":1e12},)"
            R"("coins":[{"id":"a","symbol":"A","name":"A","price":1.5,"ath":2,"ath_at":1,"inactive":false,)"
            R"("week":{"price":[1,null,2]},"withheld":[{"figure":"market_cap","why":"is negative"}]}]})",
        std::string(1, '\1') +
            R"({"kept":"bitcoin network","version":1,"chain":{"source":"mempool","received_at":1789999000000,)"
            R"("height":965000,"difficulty":1e14,"mined_at":1789998000000,"day":{"blocks":144,"seconds":86400,)"
            R"("difficulties":1e16}},"fees":{"source":"mempool","received_at":1,"fastest":1.5}})",
        std::string(1, '\2') +
            R"({"kept":"currencies","version":1,"received_at":1,"day":1,"rates":[{"code":"EUR",)"
            R"("value":0.89,"withheld":false},{"code":"INR","value":92.9,"withheld":true}]})",
        std::string(1, '\3') +
            R"({"kept":"realised value","version":1,"received_at":1,"day":1,"mvrv":1.2,"market_cap":9})",
        std::string(1, '\4') +
            R"({"kept":"supplies","version":1,"shown":[{"source":"coingecko","id":"a",)"
            R"("figure":"market_cap","coins":5,"worth":7,"at":1}]})",
        std::string(1, '\5') +
            R"({"kept":"fear and greed","version":1,"received_at":1,"day":1,"value":41,"word":"Fear"})"};
    if (size < 8) {
        const auto& one = texts[seed % kinds];
        if (one.size() <= most) {
            one.copy(reinterpret_cast<char*>(bytes), one.size());
            return one.size();
        }
    }
    return LLVMFuzzerMutate(bytes, size, most);
}
