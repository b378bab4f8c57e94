#include "support/fake_venue/http_text.hpp"

#include <algorithm>

namespace fake_venue {
namespace {

std::string_view reason_of(int status)
{
    switch (status) {
    case 101:
        return "Switching Protocols";
    case 200:
        return "OK";
    case 301:
        return "Moved Permanently";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 418:
        return "I'm a teapot";
    case 422:
        return "Unprocessable Entity";
    case 429:
        return "Too Many Requests";
    case 451:
        return "Unavailable For Legal Reasons";
    case 503:
        return "Service Unavailable";
    default:
        return "Something";
    }
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

}  // namespace

std::string_view http_request::header(std::string_view name) const
{
    for (const auto& [key, text] : headers)
        if (key == name)
            return text;
    return {};
}

std::optional<std::string> http_request::value(std::string_view name) const
{
    for (const auto part : split(query, '&')) {
        const auto equals = std::min(part.find('='), part.size());
        if (part.substr(0, equals) == name)
            return percent_decoded(part.substr(std::min(equals + 1, part.size())));
    }
    return std::nullopt;
}

std::vector<std::string> http_request::values(std::string_view name) const
{
    const auto list = value(name);
    std::vector<std::string> all;
    if (list)
        for (const auto part : split(*list, ','))
            all.emplace_back(part);
    return all;
}

std::optional<http_request> parse_request(std::string_view head)
{
    const auto lines = split(head, '\n');
    if (lines.empty())
        return std::nullopt;
    const auto words = split(trimmed(lines.front()), ' ');
    if (words.size() != 3)
        return std::nullopt;
    http_request request;
    request.method = words[0];
    request.target = words[1];
    const auto question = std::min(request.target.find('?'), request.target.size());
    request.path = percent_decoded(std::string_view{request.target}.substr(0, question));
    request.query = request.target.substr(std::min(question + 1, request.target.size()));
    for (const auto line : lines) {
        const auto colon = line.find(':');
        if (line == lines.front() || colon == std::string_view::npos)
            continue;
        request.headers.emplace_back(lower(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    }
    return request;
}

std::string written(const http_answer& answer, std::size_t length)
{
    std::string out;
    append(out, "HTTP/1.1 ", std::to_string(answer.status), " ", reason_of(answer.status), "\r\n");
    append(out, "Date: ", http_date(wall_now()), "\r\n");
    append(out, "Content-Type: ", answer.content_type, "\r\n");
    append(out, "Content-Length: ", std::to_string(length), "\r\n");
    for (const auto& [name, text] : answer.headers)
        append(out, name, ": ", text, "\r\n");
    append(out, "\r\n", answer.body);
    return out;
}

std::string written(const http_answer& answer)
{
    return written(answer, answer.body.size());
}

}  // namespace fake_venue
