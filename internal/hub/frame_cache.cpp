#include "hub/frame_cache.hpp"

#include "sse/event.hpp"

namespace tickertape::hub {
namespace {

constexpr std::size_t block_bytes_guess = 128 * 120;

std::size_t cost_of(const std::string& bytes, const std::vector<frame_mark>& marks)
{
    return bytes.capacity() + marks.capacity() * sizeof(frame_mark);
}

// 16 bits of symbol leave 48 of block number: 2^55 ticks of one symbol.
std::uint64_t key_of(symbol_id symbol, std::uint64_t number)
{
    return static_cast<std::uint64_t>(symbol) << 48 | number;
}

}  // namespace

frame_cache::frame_cache(
    const tape::tapes& from, const source_table& sources, sse::framing how, limits bounds)
    : tapes_{from}, sources_{sources}, how_{how}, limits_{bounds}
{
}

frame_run frame_cache::frames_from(symbol_id symbol, tape::symbol_tape::index first, position until)
{
    block& b = block_of(symbol, first);
    if (first < b.first || first > b.first + b.marks.size()) {
        // This subscriber is further behind than the one that asked first, or is beyond ticks that
        // were lapped before they were encoded: encode the block from there instead.
        b.first = first;
        b.bytes.clear();
        b.marks.clear();
    }
    extend(b, symbol, until);
    const auto skipped = static_cast<std::size_t>(first - b.first);
    if (skipped >= b.marks.size())
        return {};
    auto marks = std::span{std::as_const(b.marks)}.subspan(skipped);
    // Others may have been sent more of the block: who comes to a hole stops there.
    if (marks.back().at > until)
        marks = {marks.begin(), std::ranges::upper_bound(marks, until, {}, &frame_mark::at)};
    return {
        .bytes = b.bytes,
        .base = skipped == 0 ? 0 : b.marks[skipped - 1].end,
        .marks = marks,
    };
}

frame_cache::block& frame_cache::block_of(symbol_id symbol, tape::symbol_tape::index first)
{
    const auto key = key_of(symbol, first / block_ticks);
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        blocks_.splice(blocks_.begin(), blocks_, found->second);
        return blocks_.front();
    }
    drop_evicted(symbol);
    blocks_.push_front({.key = key, .first = first, .bytes = {}, .marks = {}});
    bytes_held_.add(cost_of(blocks_.front().bytes, blocks_.front().marks));
    by_key_.emplace(key, blocks_.begin());
    return blocks_.front();
}

void frame_cache::extend(block& b, symbol_id symbol, position until)
{
    const auto end = (b.first / block_ticks + 1) * block_ticks;
    auto i = b.first + b.marks.size();
    if (i == end || i >= tapes_.of(symbol).end())
        return;
    const auto before = cost_of(b.bytes, b.marks);
    const auto& name = tapes_.symbols().name(symbol);
    for (; i < end; ++i) {
        const auto e = tapes_.of(symbol).read(i);
        if (!e || e->at > until)
            break;
        if (b.bytes.empty() && i % block_ticks == 0 && end <= tapes_.of(symbol).end())
            b.bytes.reserve(block_bytes_guess);  // a whole block of the past at once
        scratch_.clear();
        sse::append_tick(
            scratch_, e->at, e->value, name, sources_.name(e->source),
            {.combined = sources_.combined(e->source)});
        sse::append_framed(b.bytes, how_, scratch_);
        b.marks.push_back(
            {.end = static_cast<std::uint32_t>(b.bytes.size()),
             .kind = frame_kind::tick,
             .at = e->at});
    }
    bytes_held_.add(cost_of(b.bytes, b.marks) - before);
    make_room(b);
}

void frame_cache::make_room(const block& except)
{
    while (bytes_held() > limits_.bytes_max && &blocks_.back() != &except) {
        drop(std::prev(blocks_.end()));
    }
}

// Drops the blocks before the oldest tick that is held. It is done whenever a block is begun, so
// there are never many.
void frame_cache::drop_evicted(symbol_id symbol)
{
    const tape::symbol_tape& t = tapes_.of(symbol);
    const auto end = t.end();
    const auto oldest = end > t.capacity() ? end - t.capacity() : 0;
    for (auto number = oldest / block_ticks; number > 0; --number) {
        const auto found = by_key_.find(key_of(symbol, number - 1));
        if (found == by_key_.end())
            return;
        drop(found->second);
    }
}

void frame_cache::drop(blocks::iterator b)
{
    bytes_held_.subtract(cost_of(b->bytes, b->marks));
    by_key_.erase(b->key);
    blocks_.erase(b);
}

}  // namespace tickertape::hub
