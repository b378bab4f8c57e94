#include "feed/provider_answer.hpp"

#include "feed/json_reader.hpp"

#include <algorithm>
#include <optional>

namespace tickertape {
namespace {

namespace json = boost::json;

// Further into an error page than this nobody looks for its words.
constexpr std::size_t page_bytes_max = 4096;

bool is_html(std::string_view content_type, std::string_view body)
{
    const auto first = body.find_first_not_of(" \t\r\n");
    return content_type.starts_with("text/html") ||
           (first != std::string_view::npos && body[first] == '<');
}

// The text between the tags, as far as a log line needs it.
std::string text_of_page(std::string_view page)
{
    std::string text;
    bool is_in_tag = false;
    for (const char c : page.substr(0, page_bytes_max)) {
        if (c == '<') {
            is_in_tag = true;
            text += ' ';
        } else if (c == '>') {
            is_in_tag = false;
        } else if (!is_in_tag) {
            text += c;
        }
    }
    return clean_words(text);
}

const json::value* member(const json::value* of, std::string_view name)
{
    const auto* object = of == nullptr ? nullptr : of->if_object();
    return object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
}

std::optional<std::string> text_at(const json::value* at)
{
    if (at == nullptr)
        return std::nullopt;
    if (const auto* text = at->if_string())
        return clean_words({text->data(), text->size()});
    return std::nullopt;
}

// {"message":".."} is Coinbase; {"error":".."}, {"status":{"error_code":1,"error_message":".."}}
// and the latter within "error" are CoinGecko.
std::optional<std::string> message_of(const json::value& body)
{
    for (const auto name : {"message", "error", "error_message"})
        if (auto text = text_at(member(&body, name)))
            return text;
    for (const auto* status : {member(&body, "status"), member(member(&body, "error"), "status")}) {
        if (auto text = text_at(member(status, "error_message")))
            return text;
        const auto* code = member(status, "error_code");
        if (code != nullptr && code->is_int64())
            return "error_code " + std::to_string(code->get_int64());
    }
    return std::nullopt;
}

}  // namespace

std::string clean_words(std::string_view text)
{
    std::string clean;
    for (const char c : text) {
        const bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
        if (is_space && (clean.empty() || clean.back() == ' '))
            continue;
        if (clean.size() == words_bytes_max) {
            clean.replace(words_bytes_max - 3, 3, "...");
            break;
        }
        const bool is_plain = c > ' ' && c < 0x7f;
        clean += is_space ? ' ' : is_plain ? c : '?';
    }
    while (clean.ends_with(' '))
        clean.pop_back();
    return clean;
}

std::string words_of(std::string_view body)
{
    if (is_html({}, body))
        return text_of_page(body);
    if (const auto read = json_reader{}.read(body))
        if (auto message = message_of(*read))
            return *message;
    return clean_words(body);
}

fetched<json::value> json_of(int http_status, std::string_view content_type, std::string_view body)
{
    if (http_status == 429 || http_status == 418)
        return fetch_error{feed_errc::rate_limited, words_of(body), http_status};
    if (http_status != 200)
        return fetch_error{feed_errc::http_status, words_of(body), http_status};
    if (is_html(content_type, body))
        return fetch_error{feed_errc::html_instead_of_json, text_of_page(body)};
    auto read = json_reader{}.read(body);
    if (!read)
        return fetch_error{read.error(), clean_words(body.substr(0, 80))};
    return std::move(*read);
}

}  // namespace tickertape
