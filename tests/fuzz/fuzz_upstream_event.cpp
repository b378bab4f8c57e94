// Any bytes as the event of another server: it is refused, or what it means is fit for the tapes
// and reads back from our own encoding of it.
#include "core/symbol.hpp"
#include "relay/source_limits.hpp"
#include "relay/upstream_event.hpp"
#include "sse/event.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace tickertape;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void check(const relay::upstream_tick& tick)
{
    require(normalized_symbol(tick.symbol).value() == tick.symbol);
    require(!tick.source.empty() && tick.source.size() <= relay::source_bytes_max);
    std::string bytes;
    sse::append_tick(
        bytes, tick.at, tick.value, tick.symbol, tick.source, {.combined = tick.combined});
    relay::event_reader events;
    events.append(bytes);
    const auto again = events.next();
    require(again && *again != nullptr);
    relay::upstream_event_reader reader;
    const auto meant = reader.read(**again);
    require(meant.has_value());
    const auto& back = std::get<relay::upstream_tick>(*meant);
    require(
        back.at == tick.at && back.value == tick.value && back.symbol == tick.symbol &&
        back.source == tick.source && back.combined == tick.combined);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    static relay::upstream_event_reader reader;
    relay::event_reader events;
    events.append({reinterpret_cast<const char*>(bytes), size});
    for (;;) {
        const auto e = events.next();
        if (!e || *e == nullptr)
            return 0;
        const auto meant = reader.read(**e);
        if (!meant)
            continue;
        if (const auto* tick = std::get_if<relay::upstream_tick>(&*meant))
            check(*tick);
        if (const auto* goodbye = std::get_if<relay::upstream_goodbye>(&*meant))
            require(goodbye->retry.count() >= 0);
    }
}
