#include "synthetic/pipe_line.hpp"

#include "synthetic/errors.hpp"
#include "json/errors.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>

#include <array>

namespace tickertape::synthetic {

result<pipe_price>
parse_pipe_line(std::string_view line, const symbol_table& symbols, json::reader& reader)
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

    auto symbol = symbols.all().front();
    if (const auto* name = object->if_contains("symbol")) {
        const auto* text = name->if_string();
        if (text == nullptr)
            return json::json_errc::wrong_type;
        const auto found = symbols.find({text->data(), text->size()});
        if (!found)
            return synthetic_errc::unknown_symbol;
        symbol = *found;
    } else if (symbols.size() > 1) {
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

}  // namespace tickertape::synthetic
