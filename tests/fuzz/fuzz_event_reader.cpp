// Any bytes as an event stream: it reads the same in one piece and cut anywhere, and what it gives
// keeps its bounds.
#include "relay/event_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace tickertape;

namespace {

constexpr relay::event_reader::limits bounds{.line_bytes_max = 64, .data_bytes_max = 96};

void require(bool holds)
{
    if (!holds)
        std::abort();
}

struct reading {
    relay::event_reader reader{bounds};
    std::vector<relay::stream_event> events;
    bool has_failed = false;

    void take(std::string_view bytes)
    {
        reader.append(bytes);
        for (;;) {
            const auto event = reader.next();
            if (!event) {
                has_failed = true;
                return;
            }
            require(!has_failed);
            if (*event == nullptr)
                return;
            require(!(*event)->data.empty() && (*event)->data.size() <= bounds.data_bytes_max);
            require((*event)->type.find_first_of("\r\n") == std::string::npos);
            require(!(*event)->id || (*event)->id->find_first_of("\r\n") == std::string::npos);
            events.push_back(**event);
        }
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::size_t step = bytes[0] % 16 + 1u;
    const std::string_view all{reinterpret_cast<const char*>(bytes) + 1, size - 1};
    reading whole;
    whole.take(all);
    reading cut;
    for (std::size_t at = 0; at < all.size(); at += step)
        cut.take(all.substr(at, step));
    require(whole.has_failed == cut.has_failed);
    require(whole.events.size() == cut.events.size());
    require(whole.reader.retry() == cut.reader.retry());
    for (std::size_t i = 0; i < whole.events.size(); ++i)
        require(
            whole.events[i].data == cut.events[i].data &&
            whole.events[i].type == cut.events[i].type && whole.events[i].id == cut.events[i].id);
    return 0;
}
