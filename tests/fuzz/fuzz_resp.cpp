// Whatever a Redis sends, cut anywhere: replies within their bounds, or an error.
#include "relay/redis_answers.hpp"
#include "relay/resp.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace tickertape::relay;

std::size_t elements_of(const reply& r)
{
    std::size_t count = r.elements.size();
    for (const auto& e : r.elements)
        count += elements_of(e);
    return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    // The first byte says how the rest is cut.
    if (size < 1)
        return 0;
    const std::size_t cut = 1 + bytes[0];
    std::string_view rest{reinterpret_cast<const char*>(bytes) + 1, size - 1};
    const reply_limits limits{.bytes_max = 4096, .elements_max = 64};
    reply_reader reader{limits};
    while (!rest.empty()) {
        if (reader.feed(rest.substr(0, cut)))
            return 0;
        rest.remove_prefix(std::min(cut, rest.size()));
        for (;;) {
            const auto next = reader.next();
            if (!next)
                return 0;
            if (!*next)
                break;
            const auto& r = **next;
            if (elements_of(r) > limits.elements_max)
                std::abort();
            // All that is made of replies.
            static_cast<void>(meaning_of(r));
            static_cast<void>(read_state(r, "run"));
            static_cast<void>(read_append(r));
            static_cast<void>(read_lease(r, "token", "run"));
            static_cast<void>(read_live(r));
            static_cast<void>(read_master(r));
            static_cast<void>(read_server(r));
            static_cast<void>(read_xread(r));
            if (const auto read = read_range(r))
                if (read->entries.size() + read->others != r.elements.size())
                    std::abort();
        }
    }
    return 0;
}
