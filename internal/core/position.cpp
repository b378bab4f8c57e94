#include "core/position.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>

namespace tickertape {

result<position> position::parse(std::string_view text) noexcept
{
    std::uint64_t ms = 0;
    std::uint64_t counter = 0;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, ms);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-')
        return core_errc::bad_position;
    const auto second = std::from_chars(first.ptr + 1, end, counter);
    if (second.ec != std::errc{} || second.ptr != end)
        return core_errc::bad_position;
    if (ms > ms_max || counter > counter_max)
        return core_errc::bad_position;
    return position{ms, counter};
}

char* position::write(char* out) const noexcept
{
    out = std::to_chars(out, out + 14, ms()).ptr;
    *out++ = '-';
    return std::to_chars(out, out + 7, counter()).ptr;
}

std::string position::text() const
{
    char buffer[text_bytes_max];
    return {buffer, write(buffer)};
}

position_source::position_source(position floor, unsigned slot) noexcept : last_{floor}, slot_{slot}
{
    assert(slot <= position::slot_max);
}

position position_source::next(wall_time time) noexcept
{
    last_ = std::max(position::at(time), last_.next());
    // Up to the next one of the slot; like every step it carries into the millisecond.
    if (slot_)
        last_ =
            position::from_packed(last_.packed() + ((*slot_ - last_.slot()) & position::slot_max));
    return last_;
}

}  // namespace tickertape
