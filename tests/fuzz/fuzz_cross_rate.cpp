// Any bytes as DERIVE and as ACCEPT_AS_USD: whatever is accepted keeps to the rules, and whatever
// is refused is so in one clean line of bounded length.
#include "core/text.hpp"
#include "core/usd_standin.hpp"
#include "pricing/cross_rate.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

using namespace tickertape;
using namespace tickertape::pricing;

namespace {

void expect(bool is_true)
{
    if (!is_true)
        std::abort();
}

bool is_clean(const std::string& reason)
{
    return !reason.empty() && reason.size() < 2000 && std::ranges::none_of(reason, [](char c) {
        return static_cast<unsigned char>(c) < 0x20;
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    static const std::array<std::string, 6> names{"BTC-USD", "USD-INR", "BTC-INR",
                                                  "GBP-USD", "BTC-GBP", "A-A"};
    static const auto symbols = *symbol_table::from(names);
    const std::string_view text{reinterpret_cast<const char*>(bytes), size};

    std::vector<cross_rate_names> items;
    for (const auto item : list_items(text))
        if (auto parsed = parse_cross_rate(item))
            items.push_back(*std::move(parsed));
    if (const auto all = resolve_cross_rates(items, symbols)) {
        for (const auto& d : *all) {
            expect(d.target != d.left && d.target != d.right);
            expect(std::ranges::count(*all, d.target, &cross_rate::target) == 1);
            expect(std::ranges::count(*all, d.left, &cross_rate::target) == 0);
            expect(std::ranges::count(*all, d.right, &cross_rate::target) == 0);
            // What a source is called reads back as the same cross rate.
            auto legs = source_text(d, symbols);
            legs = legs.substr(8, legs.size() - 9);
            const auto again = parse_cross_rate(symbols.name(d.target) + "=" + legs);
            expect(again && resolve_cross_rates(std::array{*again}, symbols)->front() == d);
        }
    } else {
        expect(is_clean(all.error().reason));
    }

    expect(parse_usd_standin(text) != usd_standin::none);
    return 0;
}
