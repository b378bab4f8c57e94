#include "transfer/splitter.hpp"

namespace tickertape::transfer {

void line_splitter::give(const on_piece& take)
{
    std::string_view text{held_};
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    if (is_too_long_)
        text = {};
    take({line_, text, is_too_long_});
    held_.clear();
    is_too_long_ = false;
    ++line_;
}

void line_splitter::feed(std::string_view bytes, const on_piece& take)
{
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto part = bytes.substr(0, end);
        if (held_.size() + part.size() > piece_bytes_max)
            is_too_long_ = true;
        else if (!is_too_long_)
            held_ += part;
        if (end == std::string_view::npos)
            return;
        give(take);
        bytes.remove_prefix(end + 1);
    }
}

void line_splitter::finish(const on_piece& take)
{
    if (!held_.empty() || is_too_long_)
        give(take);
}

namespace {

// Whether what comes after `text` is the value of the member of that name.
bool is_value_of(std::string_view text, std::string_view name)
{
    const auto strip = [&text](std::string_view what) {
        text = text.substr(0, text.find_last_not_of(what) + 1);
    };
    strip(" \t\r\n");
    if (!text.ends_with(':'))
        return false;
    text.remove_suffix(1);
    strip(" \t\r\n");
    return text.ends_with('"' + std::string{name} + '"');
}

}  // namespace

void record_splitter::feed(std::string_view bytes, const on_piece& take)
{
    for (const char c : bytes)
        add(c, take);
}

void record_splitter::keep(char c)
{
    if (in_record_ && array_ == array::other)
        return;
    auto& to = in_record_ ? held_ : frame_;
    if (to.size() < piece_bytes_max)
        to += c;
    else
        is_too_long_ = true;
}

void record_splitter::add(char c, const on_piece& take)
{
    if (c == '\n')
        ++line_;
    if (in_string_) {
        keep(c);
        if (is_escaped_)
            is_escaped_ = false;
        else if (c == '\\')
            is_escaped_ = true;
        else if (c == '"')
            in_string_ = false;
        return;
    }
    if (depth_ == record_depth - 1 && c == '[')
        array_ = is_value_of(frame_, "records") ? array::records : array::other;
    if (!in_record_ && array_ != array::none && depth_ == record_depth && c == '{') {
        in_record_ = true;
        begin_ = line_;
    }
    // Between records only: the frame has none of them.
    const bool is_separator =
        !in_record_ && depth_ == record_depth && (c == ',' || c == '\n' || c == '\r' || c == ' ');
    if (!is_separator)
        keep(c);
    if (c == '"')
        in_string_ = true;
    else if (c == '{' || c == '[')
        ++depth_;
    else if ((c == '}' || c == ']') && depth_ > 0)
        --depth_;
    if (in_record_ && depth_ == record_depth) {
        if (array_ == array::records)
            take({begin_, is_too_long_ ? std::string_view{} : held_, is_too_long_});
        held_.clear();
        in_record_ = false;
        is_too_long_ = false;
    }
    if (depth_ < record_depth)
        array_ = array::none;
}

}  // namespace tickertape::transfer
