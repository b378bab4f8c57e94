#include "feed/providers/stream_text.hpp"

#include "core/timestamp.hpp"

#include <charconv>
#include <chrono>
#include <cmath>

namespace tickertape {
namespace {

namespace json = boost::json;

// The same year 2500 that parse_rfc3339() ends at.
constexpr std::chrono::sys_seconds time_end{std::chrono::seconds{16'725'225'600}};

const json::value* present(const json::object& of, std::string_view name) noexcept
{
    const auto* at = member(of, name);
    return at == nullptr || at->is_null() ? nullptr : at;
}

result<double> side_of_book(const json::value& from) noexcept
{
    double side = 0;
    switch (from.kind()) {
    case json::kind::double_:
        side = from.get_double();
        break;
    case json::kind::int64:
        side = static_cast<double>(from.get_int64());
        break;
    case json::kind::uint64:
        side = static_cast<double>(from.get_uint64());
        break;
    case json::kind::string: {
        const auto text = text_of(from);
        const auto* end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, side);
        if (read.ec != std::errc{} || read.ptr != end)
            return feed_errc::bad_price;
        break;
    }
    default:
        return feed_errc::wrong_type;
    }
    if (!std::isfinite(side) || side < 0)
        return feed_errc::bad_price;
    return side;
}

template <class Unit>
result<std::optional<std::chrono::sys_time<Unit>>>
unix_time_at(const json::object& of, std::string_view name) noexcept
{
    using time = std::chrono::sys_time<Unit>;
    const auto* at = present(of, name);
    if (at == nullptr)
        return std::optional<time>{};
    std::int64_t count = 0;
    if (at->is_int64()) {
        count = at->get_int64();
    } else if (at->is_string()) {
        const auto text = text_of(*at);
        const auto* end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, count);
        if (read.ec != std::errc{} || read.ptr != end)
            return feed_errc::bad_time;
    } else {
        return feed_errc::wrong_type;
    }
    const time t{Unit{count}};
    if (count < 0 || t >= time_end)
        return feed_errc::bad_time;
    return std::optional{t};
}

}  // namespace

result<json::value> message_reader::read(std::string_view message)
{
    // Made anew each time: one that is only released asks for twice as much whenever a message does
    // not fit, for as long as it lives.
    storage_.emplace(memory_.data(), memory_.size());
    return reader_.read(message, &*storage_);
}

const json::value* member(const json::object& of, std::string_view name) noexcept
{
    return of.if_contains({name.data(), name.size()});
}

const json::object* object_at(const json::object& of, std::string_view name) noexcept
{
    const auto* at = member(of, name);
    return at == nullptr ? nullptr : at->if_object();
}

const json::array* array_at(const json::object& of, std::string_view name) noexcept
{
    const auto* at = member(of, name);
    return at == nullptr ? nullptr : at->if_array();
}

std::string_view text_of(const json::value& from) noexcept
{
    const auto* text = from.if_string();
    return text == nullptr ? std::string_view{} : std::string_view{text->data(), text->size()};
}

std::string_view text_at(const json::object& of, std::string_view name) noexcept
{
    const auto* at = member(of, name);
    return at == nullptr ? std::string_view{} : text_of(*at);
}

std::optional<std::int64_t> integer_at(const json::object& of, std::string_view name) noexcept
{
    const auto* at = member(of, name);
    if (at == nullptr || !at->is_int64())
        return std::nullopt;
    return at->get_int64();
}

result<price> price_at(const json::object& of, std::string_view name) noexcept
{
    const auto* at = present(of, name);
    if (at == nullptr)
        return feed_errc::missing_field;
    return at->is_string() ? price_of_string(*at) : price_of_number(*at);
}

result<std::optional<book_top>>
book_at(const json::object& of, std::string_view bid, std::string_view ask) noexcept
{
    const auto* bid_at = present(of, bid);
    const auto* ask_at = present(of, ask);
    if (bid_at == nullptr || ask_at == nullptr)
        return std::optional<book_top>{};
    const auto best_bid = side_of_book(*bid_at);
    if (!best_bid)
        return best_bid.error();
    const auto best_ask = side_of_book(*ask_at);
    if (!best_ask)
        return best_ask.error();
    return std::optional{book_top{*best_bid, *best_ask}};
}

result<std::optional<wall_time>> rfc3339_at(const json::object& of, std::string_view name) noexcept
{
    const auto* at = present(of, name);
    if (at == nullptr)
        return std::optional<wall_time>{};
    if (!at->is_string())
        return feed_errc::wrong_type;
    const auto time = parse_rfc3339(text_of(*at));
    if (!time)
        return feed_errc::bad_time;
    return std::optional{*time};
}

result<std::optional<wall_time>>
unix_milliseconds_at(const json::object& of, std::string_view name) noexcept
{
    return unix_time_at<std::chrono::milliseconds>(of, name);
}

result<std::optional<std::chrono::sys_time<std::chrono::microseconds>>>
unix_microseconds_at(const json::object& of, std::string_view name) noexcept
{
    return unix_time_at<std::chrono::microseconds>(of, name);
}

}  // namespace tickertape
