#include "relay/event_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tickertape::relay {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Digits and nothing else; none where they are not, or are too many for a number.
std::optional<std::chrono::milliseconds> milliseconds_of(std::string_view digits)
{
    std::int64_t number = 0;
    const auto* const end = digits.data() + digits.size();
    if (digits.empty() || digits.front() == '-')
        return std::nullopt;
    const auto read = std::from_chars(digits.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end)
        return std::nullopt;
    return std::chrono::milliseconds{number};
}

}  // namespace

void event_reader::append(std::string_view bytes)
{
    bytes_.erase(0, at_);
    searched_ -= std::min(searched_, at_);
    at_ = 0;
    bytes_ += bytes;
}

std::optional<std::string_view> event_reader::next_line()
{
    if (!is_begun_) {
        const auto begun = std::string_view{bytes_}.substr(0, byte_order_mark.size());
        if (begun.size() < byte_order_mark.size() && byte_order_mark.starts_with(begun))
            return std::nullopt;
        is_begun_ = true;
        if (begun == byte_order_mark)
            at_ = byte_order_mark.size();
    }
    if (skips_lf_ && at_ < bytes_.size()) {
        skips_lf_ = false;
        if (bytes_[at_] == '\n')
            ++at_;
    }
    const auto end = bytes_.find_first_of("\r\n", std::max(at_, searched_));
    if (end == std::string::npos) {
        searched_ = bytes_.size();
        return std::nullopt;
    }
    skips_lf_ = bytes_[end] == '\r';
    const auto line = std::string_view{bytes_}.substr(at_, end - at_);
    at_ = end + 1;
    return line;
}

void event_reader::take_field(std::string_view line)
{
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (name == "data") {
        if (has_data_)
            pending_.data += '\n';
        has_data_ = true;
        pending_.data += value;
        is_bad_ = pending_.data.size() > limits_.data_bytes_max;
    } else if (name == "event") {
        pending_.type = value;
    } else if (name == "id") {
        if (value.find('\0') == std::string_view::npos)
            pending_.id = value;
    } else if (name == "retry") {
        if (const auto wait = milliseconds_of(value))
            retry_ = wait;
    }
}

result<const stream_event*> event_reader::next()
{
    while (!is_bad_) {
        const auto line = next_line();
        if (!line) {
            is_bad_ = bytes_.size() - at_ > limits_.line_bytes_max;
            if (is_bad_)
                break;
            return nullptr;
        }
        if (line->size() > limits_.line_bytes_max) {
            is_bad_ = true;
        } else if (!line->empty()) {
            take_field(*line);
        } else {
            // A block without data is no event, and its type is forgotten.
            whole_ = std::exchange(pending_, {});
            if (std::exchange(has_data_, false) && !whole_.data.empty())
                return &whole_;
        }
    }
    return relay_errc::bad_answer;
}

}  // namespace tickertape::relay
