#include "synthetic/line_splitter.hpp"

namespace tickertape::synthetic {

void line_splitter::append(std::string_view bytes)
{
    held_.erase(0, begin_);
    begin_ = 0;
    held_.append(bytes);
}

std::optional<line_splitter::line> line_splitter::next()
{
    const std::string_view rest = std::string_view{held_}.substr(begin_);
    auto length = rest.find('\n');
    if (length != std::string_view::npos) {
        begin_ += length + 1;
    } else {
        const bool is_over = is_dropping_ || rest.size() > line_bytes_max_ + 1;
        if (has_ended_ && (is_over || !rest.empty())) {
            length = rest.size();
            begin_ += length;
        } else {
            if (is_over) {
                is_dropping_ = true;
                begin_ = held_.size();
            }
            return std::nullopt;
        }
    }

    auto text = rest.substr(0, length);
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    const bool is_too_long = is_dropping_ || text.size() > line_bytes_max_;
    is_dropping_ = false;
    return line{++taken_, is_too_long ? std::string_view{} : text, is_too_long};
}

}  // namespace tickertape::synthetic
