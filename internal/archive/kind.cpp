#include "archive/kind.hpp"

namespace tickertape::archive {

std::string_view text_of(feed_kind kind) noexcept
{
    switch (kind) {
    case feed_kind::live:
        return "live";
    case feed_kind::simulator:
        return "simulator";
    case feed_kind::replay:
        return "replay";
    case feed_kind::pipe:
        return "pipe";
    }
    return {};
}

std::optional<feed_kind> parse_kind(std::string_view text) noexcept
{
    for (const auto kind :
         {feed_kind::live, feed_kind::simulator, feed_kind::replay, feed_kind::pipe})
        if (text == text_of(kind))
            return kind;
    return std::nullopt;
}

}  // namespace tickertape::archive
