// The order in which an answer is judged, the same for most providers.
#pragma once

#include "core/fetch_error.hpp"
#include "provider/answer.hpp"
#include "provider/answers.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <span>

namespace tickertape::provider {

// The provider's own words come first: `error_in(batch, answer, body)` finds them at any status,
// 200 included, and `body` is null where it is no JSON. Then what any answer may be refused for.
// What is left is for `read(body)`, which gives an answer for each market.
template <class FindError, class Read>
answers read_unless(
    FindError error_in, std::span<const market> batch, const net::http_response& answer, Read read)
{
    const auto parsed = read_json(answer);
    const std::optional<fetch_error> error = error_in(batch, answer, parsed.json());
    if (error)
        return to_all(batch, *error);
    if (parsed.refused)
        return to_all(batch, *parsed.refused);
    auto said = read(*parsed.body);
    // An answer without anything that was asked for, and with words: the words say more.
    const auto is_missing = [](const auto& each) {
        return !*each && each->error().code == json::json_errc::missing_field;
    };
    if (has_words(*parsed.body) && std::ranges::all_of(said, is_missing))
        return to_all(batch, refusal(provider_errc::http_status, answer));
    return said;
}

}  // namespace tickertape::provider
