// What the parsers of all providers need: is this an answer at all, and if not, what does it say?
// No I/O.
#pragma once

#include "core/fetch_error.hpp"
#include "net/http_message.hpp"
#include "provider/answers.hpp"
#include "provider/rest_api.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tickertape::provider {

// The words of a body that is an error: its message if it is JSON of a shape some provider has, the
// text of the page if it is HTML, the beginning of the body otherwise.
std::string words_of(std::string_view body);

// Whether a body has words of a provider at one of the places they know.
bool has_words(const boost::json::value& body);

// An answer, read once. Providers explain a refusal in JSON too, so there may be both.
struct read_answer {
    // Whatever the status is. None: the body is no JSON.
    std::optional<boost::json::value> body;
    // None: the status is 200 and the body is JSON.
    // Codes: provider_errc::rate_limited, ::http_status (with the provider's words and the status),
    // ::html_instead_of_json, ::not_json, ::json_too_deep, ::number_out_of_range.
    std::optional<fetch_error> refused;

    // Null: there is none.
    const boost::json::value* json() const noexcept { return body ? &*body : nullptr; }
};
read_answer read_json(const net::http_response& answer);

// The body as JSON, if the answer's status is 200 and the body is JSON.
// Errors: as of read_answer::refused.
fetched<boost::json::value> json_of(const net::http_response& answer);

// The provider's refusal of the whole request, with its words and the status unless that was 200.
fetch_error refusal(boost::system::error_code code, const net::http_response& answer);

// The refusal that blames a market: of one market alone it is unknown, of several any may be meant.
fetch_error blamed(std::span<const market> batch, const net::http_response& answer);

// The same error for every market of a batch.
answers to_all(std::span<const market> batch, const fetch_error& error);

// What `read_one` says of each market of a batch, in its order.
template <class F>
answers to_each(std::span<const market> batch, F read_one)
{
    answers all;
    all.reserve(batch.size());
    for (const auto& m : batch)
        all.emplace_back(read_one(m));
    return all;
}

}  // namespace tickertape::provider
