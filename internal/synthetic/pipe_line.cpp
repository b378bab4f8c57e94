#include "synthetic/pipe_line.hpp"

#include "synthetic/errors.hpp"
#include "json/errors.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>

namespace tickertape::synthetic {

result<pipe_price>
parse_pipe_line(std::string_view line, const recorded_names& names, json::reader& reader)
{
    // A usual line needs no heap: this is the path of a feed that is as fast as it can be.
    std::array<unsigned char, 2048> room;
    boost::json::monotonic_resource memory{room.data(), room.size()};
    const auto read = reader.read(line, &memory);
    if (!read)
        return read.error();
    const auto* object = read->if_object();
    if (object == nullptr)
        return json::json_errc::wrong_type;

    auto symbol = names.first();
    if (const auto* name = object->if_contains("symbol")) {
        const auto* text = name->if_string();
        if (text == nullptr)
            return json::json_errc::wrong_type;
        const auto found = names.find({text->data(), text->size()});
        if (!found || text->empty())
            return synthetic_errc::unknown_symbol;
        symbol = *found;
    } else if (names.symbols() > 1) {
        return synthetic_errc::symbol_missing;
    }

    const auto* number = object->if_contains("price");
    if (number == nullptr)
        return json::json_errc::missing_field;
    const auto value = json::price_of_number(*number);
    if (!value)
        return value.error();
    return pipe_price{symbol, *value};
}

std::string name_in_pipe_line(std::string_view line, json::reader& reader)
{
    constexpr std::size_t name_bytes_max = 40;
    const auto read = reader.read(line, boost::json::storage_ptr{});
    const auto* object = read ? read->if_object() : nullptr;
    const auto* name = object != nullptr ? object->if_contains("symbol") : nullptr;
    const auto* text = name != nullptr ? name->if_string() : nullptr;
    return text != nullptr ? std::string{text->data(), std::min(text->size(), name_bytes_max)}
                           : std::string{};
}

}  // namespace tickertape::synthetic
