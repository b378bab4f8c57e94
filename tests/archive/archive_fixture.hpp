// A directory for one test, ticks to put into it, and what is read back.
#pragma once

#include "archive/reader.hpp"
#include "archive/store.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <stdlib.h>
#include <unistd.h>

// A check that fails shows what the operator would be told.
template <class T>
struct Catch::StringMaker<tickertape::archive::result<T>> {
    static std::string convert(const tickertape::archive::result<T>& r)
    {
        return r ? "a value" : r.error().text;
    }
};

namespace tickertape::archive::testing {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class temporary_directory {
public:
    temporary_directory()
    {
        auto pattern = (fs::temp_directory_path() / "archive-test-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~temporary_directory()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

inline const symbol_table& symbols()
{
    static const auto table =
        *symbol_table::from(std::vector<std::string>{"BTC-USD", "ETH-USD", "SOL-USD", "XRP-USD"});
    return table;
}

// 2026-11-21T10:00:00Z.
inline constexpr wall_time morning =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{10};

// The k-th tick after `from`: one each 100 ms, symbols in turn, its price says which it is.
inline tape::past_tick tick_at(wall_time from, int k)
{
    tape::past_tick t{
        position::at(from + k * 100ms), static_cast<symbol_id>(k % 4),
        *price::from(1000.0 + k * 0.25), k % 3 == 0 ? "median(coinbase,kraken)" : "coinbase",
        k % 3 == 0 ? 2U : 0U};
    return t;
}

inline std::vector<tape::past_tick> ticks_from(wall_time from, int count, int first = 0)
{
    std::vector<tape::past_tick> ticks;
    for (int k = first; k < first + count; ++k)
        ticks.push_back(tick_at(from, k));
    return ticks;
}

inline bool same(const tape::past_tick& a, const tape::past_tick& b)
{
    return a.at == b.at && a.symbol == b.symbol && a.value == b.value && a.source == b.source &&
           a.combined == b.combined;
}

inline bool same(const std::vector<tape::past_tick>& a, const std::vector<tape::past_tick>& b)
{
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return same(x, y); });
}

inline result<std::unique_ptr<store>> try_open(
    const fs::path& directory, wall_time now = morning, const std::string& boot = "boot one",
    feed_kind kind = feed_kind::live)
{
    return store::open(directory, kind, {now, symbols(), boot});
}

inline std::unique_ptr<store>
open_store(const fs::path& directory, wall_time now = morning, const std::string& boot = "boot one")
{
    auto opened = try_open(directory, now, boot);
    if (!opened)
        FAIL(opened.error().text);
    return std::move(*opened);
}

// What a reader that asks for one batch after another comes to know.
struct reading {
    struct range {
        position from;
        position to;
    };
    std::vector<tape::past_tick> ticks;
    std::vector<range> known;

    bool knows(position p) const
    {
        return std::ranges::any_of(known, [p](const range& r) { return r.from < p && p <= r.to; });
    }
};

inline reading read_all_of(
    reader& from, std::vector<symbol_id> wanted = {}, std::size_t ticks_max = 100,
    position after = {})
{
    if (wanted.empty())
        wanted.assign(symbols().all().begin(), symbols().all().end());
    reading all;
    for (;;) {
        const tape::past_query query{
            wanted, after, position::from_packed(~std::uint64_t{0}), ticks_max};
        const auto answer = from.read(query);
        if (!answer)
            FAIL(answer.error().text);
        REQUIRE(answer->from >= after);
        REQUIRE(answer->ticks.size() <= ticks_max);
        auto last = answer->from;
        for (const auto& t : answer->ticks) {
            REQUIRE(t.at > last);
            REQUIRE(t.at <= answer->to);
            last = t.at;
        }
        if (answer->to <= answer->from)
            return all;
        all.ticks.insert(all.ticks.end(), answer->ticks.begin(), answer->ticks.end());
        all.known.push_back({answer->from, answer->to});
        after = answer->to;
    }
}

// Never a wrong tick, and every tick of a range that is said to be known.
inline void check_honest(const reading& got, const std::vector<tape::past_tick>& truth)
{
    auto wanted = truth.begin();
    for (const auto& t : got.ticks) {
        while (wanted != truth.end() && wanted->at < t.at) {
            if (got.knows(wanted->at))
                FAIL("left out " << wanted->at.text());
            ++wanted;
        }
        if (wanted == truth.end() || !same(*wanted, t))
            FAIL("never appended: " << t.at.text());
        ++wanted;
    }
    for (; wanted != truth.end(); ++wanted)
        if (got.knows(wanted->at))
            FAIL("left out " << wanted->at.text());
}

inline std::string bytes_of(const fs::path& file)
{
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

inline void write_bytes(const fs::path& file, const std::string& bytes)
{
    std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

inline void flip_bit(const fs::path& file, std::size_t bit)
{
    std::fstream f{file, std::ios::binary | std::ios::in | std::ios::out};
    f.seekg(static_cast<std::streamoff>(bit / 8));
    const auto byte = static_cast<char>(f.get() ^ (1 << bit % 8));
    f.seekp(static_cast<std::streamoff>(bit / 8));
    f.put(byte);
}

}  // namespace tickertape::archive::testing
