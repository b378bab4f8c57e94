// An archive of ten symbols on a server of its own.
#pragma once

#include "postgres/schema.hpp"
#include "postgres/store.hpp"

#include "own_server.hpp"

#include <algorithm>

// A check that fails shows what the operator would be told.
template <class T>
struct Catch::StringMaker<tickertape::archive::result<T>> {
    static std::string convert(const tickertape::archive::result<T>& r)
    {
        return r ? "a value" : r.error().text;
    }
};

namespace tickertape::postgres::testing {

using namespace std::chrono_literals;
using archive::archive_errc;
using archive::ending;
using archive::feed_kind;

inline constexpr wall_time morning = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 10h;
inline const symbol_table& symbols()
{
    static const auto table = *symbol_table::from(std::vector<std::string>{
        "AA-USD", "BB-USD", "CC-USD", "DD-USD", "EE-USD", "FF-USD", "GG-USD", "HH-USD", "II-USD",
        "JJ-USD"});
    return table;
}

// The k-th tick after `from`, one each 100 ms, symbols in turn.
inline std::vector<tape::past_tick> ticks_from(wall_time from, int count)
{
    std::vector<tape::past_tick> ticks;
    for (int k = 0; k < count; ++k)
        ticks.push_back(
            {position::at(from + k * 100ms), static_cast<symbol_id>(k % 10),
             *price::from(1000 + k * 0.1), k % 3 == 0 ? "median(a,\"b\")" : "coinbase",
             k % 3 == 0 ? 2U : 0U});
    return ticks;
}

struct archive_of {
    own_server server;
    std::unique_ptr<store> ticks;

    archive::sync_policy sync = archive::sync_policy::each_second;

    archive::result<std::unique_ptr<store>>
    try_open(wall_time now = morning, const std::string& boot = "boot one")
    {
        return store::open(
            feed_kind::live,
            {now, symbols(), server.url(), server.directory() + "/state", sync, boot});
    }
    void open(wall_time now = morning, const std::string& boot = "boot one")
    {
        ticks.reset();
        auto opened = try_open(now, boot);
        if (!opened)
            FAIL(opened.error().text);
        ticks = std::move(*opened);
    }
    connection beside() const
    {
        return connection{{server.url(), schema_of(feed_kind::live), "a test"}};
    }
    std::vector<tape::past_tick>
    read(std::vector<symbol_id> of, std::size_t at_once = 7, position after = {})
    {
        const auto from = ticks->reader_of(symbols());
        std::vector<tape::past_tick> all;
        for (;;) {
            const auto batch =
                from->read({of, after, position::from_packed(~std::uint64_t{0}), at_once});
            if (!batch)
                FAIL(batch.error().text);
            if (batch->to <= batch->from)
                return all;
            all.insert(all.end(), batch->ticks.begin(), batch->ticks.end());
            after = batch->to;
        }
    }
    std::vector<tape::past_tick> read_all()
    {
        return read({symbols().all().begin(), symbols().all().end()});
    }
};

inline bool same(const std::vector<tape::past_tick>& a, std::span<const tape::past_tick> b)
{
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
        return x.at == y.at && x.symbol == y.symbol && x.value == y.value && x.source == y.source &&
               x.combined == y.combined;
    });
}

}  // namespace tickertape::postgres::testing
