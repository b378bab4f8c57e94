// What a row of candles.db says, and its check.
#include "archive/candle_row.hpp"

#include "archive/candle_file.hpp"

#include <zlib.h>

#include <bit>
#include <string>

namespace tickertape::archive {

using series::candle_time;
using series::interval;

std::uint32_t crc_of(const void* bytes, std::size_t size) noexcept
{
    return static_cast<std::uint32_t>(
        ::crc32(0, static_cast<const Bytef*>(bytes), static_cast<uInt>(size)));
}

std::uint32_t crc_of(std::string_view text) noexcept
{
    return crc_of(text.data(), text.size());
}

std::uint32_t crc_of(std::int64_t number, std::string_view name)
{
    return crc_of(std::to_string(number).append(" ").append(name));
}

// The lower half is a CRC-32 of everything, the upper half how many buckets the candle before it
// lies back, so that it can be told apart which of the two is damaged.
std::int64_t candle_file::check_of(const raw_row& row, std::uint32_t symbol_check, interval of)
{
    const auto back = row.before == 0 ? 0 : (row.time - row.before) / seconds_of(of);
    const struct {
        std::uint32_t symbol;
        std::uint32_t source;
        std::int64_t of;
        std::int64_t time;
        std::int64_t back;
        std::uint64_t prices[4];
        std::int64_t ticks;
        std::int64_t overlaps_hole;
    } all{
        symbol_check,
        source_check(row.source),
        seconds_of(of),
        row.time,
        back,
        {std::bit_cast<std::uint64_t>(row.open), std::bit_cast<std::uint64_t>(row.high),
         std::bit_cast<std::uint64_t>(row.low), std::bit_cast<std::uint64_t>(row.close)},
        row.ticks,
        row.overlaps_hole};
    static_assert(sizeof all == 80, "no byte of it is padding");
    return back << 32 | static_cast<std::int64_t>(crc_of(&all, sizeof all));
}

candle_file::raw_row
candle_file::taken(const statement& from, std::uint32_t symbol_check, interval of)
{
    raw_row row{};
    row.time = from.integer(0);
    row.open = from.real(1);
    row.high = from.real(2);
    row.low = from.real(3);
    row.close = from.real(4);
    row.ticks = from.integer(5);
    row.overlaps_hole = from.integer(6);
    row.source = from.integer(7);
    const auto check = from.integer(8);
    const auto back = check >> 32;
    // Whatever the bits say, what is calculated with them is within bounds.
    row.before =
        back <= 0 || back > row.time / seconds_of(of) ? 0 : row.time - back * seconds_of(of);
    row.is_good = (row.source == 0 || source_name(row.source) != nullptr) &&
                  check == check_of(row, symbol_check, of);
    return row;
}

std::optional<series::kept_candle> candle_file::candle_of(const raw_row& row)
{
    const auto open = price::from(row.open);
    const auto high = price::from(row.high);
    const auto low = price::from(row.low);
    const auto close = price::from(row.close);
    const auto* source = source_name(row.source);
    if (!row.is_good || !open || !high || !low || !close || source == nullptr)
        return std::nullopt;
    return series::kept_candle{
        {time_of(row.time), *open, *high, *low, *close, static_cast<std::uint64_t>(row.ticks),
         row.overlaps_hole != 0},
        *source};
}

std::optional<candle_file::raw_row>
candle_file::neighbour(statement& s, const name& symbol, interval of, candle_time at)
{
    s.bind(1, symbol.number);
    s.bind(2, seconds_of(of));
    s.bind(3, seconds_of(at));
    const resets at_end{s};
    if (!s.step())
        return std::nullopt;
    return taken(s, symbol.check, of);
}

void candle_file::write(const raw_row& row, const name& symbol, interval of)
{
    put_->bind(1, symbol.number);
    put_->bind(2, seconds_of(of));
    put_->bind(3, row.time);
    put_->bind(4, row.open);
    put_->bind(5, row.high);
    put_->bind(6, row.low);
    put_->bind(7, row.close);
    put_->bind(8, row.ticks);
    put_->bind(9, row.overlaps_hole);
    put_->bind(10, row.source);
    put_->bind(11, check_of(row, symbol.check, of));
    put_->run();
}

}  // namespace tickertape::archive
