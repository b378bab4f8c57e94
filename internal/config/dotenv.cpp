#include "config/dotenv.hpp"

#include <optional>

namespace tickertape::config {
namespace {

bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool is_name_start(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

// Other programs' names may have a dot or a dash; they are read, and left to them.
bool is_name(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

// Walks over the text once. What it stands on is `peek()`; at the end that is a line feed, so that
// the last line ends as all others do.
class reader {
public:
    explicit reader(std::string_view text) : rest_{text}
    {
        if (rest_.starts_with("\xef\xbb\xbf"))
            rest_.remove_prefix(3);
    }

    // The next entry; none at the end of the text, and none after an error.
    std::optional<dotenv_entry> next()
    {
        while (!rest_.empty()) {
            skip_blanks();
            if (at_line_end() || peek() == '#') {
                skip_line();
                continue;
            }
            const auto first = line_;
            auto name = take_name();
            auto value = take_value();
            if (error_)
                return std::nullopt;
            skip_line();
            return dotenv_entry{std::move(name), std::move(value), first};
        }
        return std::nullopt;
    }

    const std::optional<dotenv_error>& error() const { return error_; }

private:
    char peek() const { return rest_.empty() ? '\n' : rest_.front(); }

    bool at_line_end() const
    {
        return peek() == '\n' || rest_.starts_with("\r\n") || rest_ == "\r";
    }

    char take()
    {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '\n')
            ++line_;
        return c;
    }

    void skip_blanks()
    {
        while (is_blank(peek()))
            take();
    }

    void skip_line()
    {
        while (!rest_.empty())
            if (take() == '\n')
                return;
    }

    void fail(std::size_t line, std::string_view reason)
    {
        if (!error_)
            error_ = dotenv_error{line, std::string{reason}};
    }

    std::string take_name()
    {
        if (rest_.starts_with("export") && rest_.size() > 6 && is_blank(rest_[6])) {
            rest_.remove_prefix(6);
            skip_blanks();
        }
        std::string name;
        if (is_name_start(peek()))
            while (is_name(peek()))
                name += take();
        skip_blanks();
        if (name.empty() || peek() != '=')
            fail(line_, "expected NAME=value");
        else
            take();
        value_after_blank_ = is_blank(peek());
        skip_blanks();
        return name;
    }

    std::string take_value()
    {
        if (error_)
            return {};
        if (peek() == '"' || peek() == '\'')
            return take_quoted(take());
        return take_plain();
    }

    std::string take_quoted(char quote)
    {
        const auto opened = line_;
        std::string value;
        for (;;) {
            if (rest_.empty()) {
                fail(opened, "the quote that opens the value is never closed");
                return value;
            }
            if (rest_.starts_with("\r\n"))
                take();
            const char c = take();
            if (c == quote)
                break;
            if (c == '\\' && quote == '"' && !rest_.empty())
                append_escape(value, take());
            else
                append(value, c);
        }
        skip_blanks();
        if (!at_line_end() && peek() != '#')
            fail(line_, "text after the closing quote");
        return value;
    }

    std::string take_plain()
    {
        std::string value;
        bool after_blank = value_after_blank_;  // "NAME= # comment" has an empty value
        while (!at_line_end() && !(after_blank && peek() == '#')) {
            after_blank = is_blank(peek());
            append(value, take());
        }
        while (!value.empty() && is_blank(value.back()))
            value.pop_back();
        return value;
    }

    void append_escape(std::string& value, char c)
    {
        switch (c) {
        case 'n':
            value += '\n';
            break;
        case 'r':
            value += '\r';
            break;
        case 't':
            value += '\t';
            break;
        case '"':
        case '\\':
        case '$':
            value += c;
            break;
        default:
            // No escape we know: as it stands, as a shell has it.
            value += '\\';
            append(value, c);
        }
    }

    void append(std::string& value, char c)
    {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7f)
            fail(line_, "a control character");
        value += c;
    }

    std::string_view rest_;
    std::size_t line_ = 1;
    bool value_after_blank_ = false;
    std::optional<dotenv_error> error_;
};

}  // namespace

boost::system::result<std::vector<dotenv_entry>, dotenv_error> parse_dotenv(std::string_view text)
{
    if (text.size() > dotenv_bytes_max)
        return dotenv_error{0, "longer than " + std::to_string(dotenv_bytes_max) + " bytes"};
    std::vector<dotenv_entry> entries;
    reader in{text};
    while (auto entry = in.next())
        entries.push_back(*std::move(entry));
    if (in.error())
        return *in.error();
    return entries;
}

}  // namespace tickertape::config
