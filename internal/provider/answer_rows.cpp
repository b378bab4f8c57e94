#include "provider/answer_rows.hpp"

#include "core/fetch_error.hpp"
#include "provider/answer.hpp"
#include "provider/answers.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"

#include <boost/json/array.hpp>

#include <unordered_map>

namespace tickertape::provider {

answers read_rows(
    std::span<const market> batch, const boost::json::value* rows, name_of_row name_of,
    read_of_row read, no_row absent)
{
    if (rows == nullptr)
        return to_all(batch, {json::json_errc::missing_field, "the list"});
    const auto* list = rows->if_array();
    if (list == nullptr)
        return to_all(batch, {json::json_errc::wrong_type, "the list is not an array"});
    // Hundreds are searched for hundreds.
    std::unordered_map<std::string_view, const boost::json::value*> by_name;
    by_name.reserve(list->size());
    for (const auto& row : *list)
        if (const auto name = name_of(row))
            by_name.emplace(*name, &row);
    const bool lacks_all = list->empty() && absent == no_row::omitted;
    if (by_name.empty() && !lacks_all)
        return to_all(
            batch, {json::json_errc::missing_field,
                    list->empty() ? "the list is empty" : "no market in the list"});
    const auto why = absent == no_row::unexplained
                         ? json::make_error_code(json::json_errc::missing_field)
                         : make_error_code(provider_errc::unknown_symbol);
    return to_each(batch, [&](const market& m) -> fetched<quote> {
        const auto found = by_name.find(m.spelled.name);
        if (found == by_name.end())
            return fetch_error{why, "no row of " + m.spelled.name};
        return read(m, *found->second);
    });
}

}  // namespace tickertape::provider
