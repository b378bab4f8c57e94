#include "http/request_reader.hpp"

#include "core/text.hpp"
#include "http/request_target.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <cassert>
#include <charconv>

namespace tickertape::http {

namespace beast = boost::beast;
namespace parsing = beast::http;

namespace {

// A chunk of 16 hexadecimal digits is larger than any body; more digits are a game.
constexpr std::size_t chunk_digits_max = 16;

std::string_view view(beast::string_view text)
{
    return {text.data(), text.size()};
}

method method_of(parsing::verb v)
{
    switch (v) {
    case parsing::verb::get:
        return method::get;
    case parsing::verb::head:
        return method::head;
    case parsing::verb::options:
        return method::options;
    case parsing::verb::post:
        return method::post;
    case parsing::verb::put:
        return method::put;
    case parsing::verb::patch:
        return method::patch;
    case parsing::verb::delete_:
        return method::remove;
    default:
        return method::other;
    }
}

// The value of a hexadecimal digit; -1: it is none.
int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char l = lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// Decimal digits and nothing else.
std::optional<std::uint64_t> parse_length(std::string_view text)
{
    std::uint64_t n = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, n);
    return read.ec == std::errc{} && read.ptr == end ? std::optional{n} : std::nullopt;
}

}  // namespace

struct request_reader::parsed {
    parsing::request_parser<parsing::empty_body> parser;
};

request_reader::request_reader(limits l) : limits_{l} {}

request_reader::~request_reader() = default;

std::size_t request_reader::take(std::string_view bytes)
{
    auto used = take_head(bytes);
    // A client that waits to be told to send a body that nobody wants is answered instead.
    if (has_head() && !is_over() && expects_continue_ && !keeps_body_) {
        at_ = step::over;
        asked_.keep_alive = false;
    }
    while (used < bytes.size() && !is_over())
        used += take_body(bytes.substr(used));
    return used;
}

std::size_t request_reader::take_head(std::string_view bytes)
{
    std::size_t used = 0;
    while (used < bytes.size() && !has_head())
        used += take_some_head(bytes.substr(used));
    return used;
}

std::size_t request_reader::body_bytes_announced() const noexcept
{
    return at_ == step::body ? static_cast<std::size_t>(left_) : 0;
}

void request_reader::keep_body(room_for room)
{
    assert(has_head() && body_.empty());
    keeps_body_ = true;
    room_ = std::move(room);
}

std::string_view request_reader::target_so_far() const noexcept
{
    if (at_ != step::fields)
        return {};
    std::string_view line{text_};
    line = line.substr(0, line.find('\r'));
    line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
    return line.substr(0, line.find(' '));
}

std::size_t request_reader::take_some_head(std::string_view bytes)
{
    const auto room = limits_.head_bytes - text_.size();
    std::size_t used = 0;
    auto found = scanned::more;
    for (; used < std::min(bytes.size(), room) && found == scanned::more; ++used) {
        found = at_ == step::request_line ? line_.take(bytes[used]) : fields_.take(bytes[used]);
        if (found == scanned::end && at_ == step::request_line) {
            at_ = step::fields;
            found = scanned::more;
        }
    }
    if (found == scanned::bad) {
        refuse_malformed(
            at_ == step::request_line ? refusal::bad_request_line : refusal::bad_header);
        return used;
    }
    if (found == scanned::more && used < bytes.size()) {
        refuse(
            refusal::header_too_large,
            "the head of a request may have " + std::to_string(limits_.head_bytes) + " bytes");
        return used;
    }
    text_ += bytes.substr(0, used);
    if (found == scanned::end)
        end_head();
    return used;
}

// Beast has the head to itself: it never sees a body, and we never take a field for another.
void request_reader::end_head()
{
    parsed_ = std::make_unique<parsed>();
    auto& p = parsed_->parser;
    p.skip(true);
    p.header_limit(static_cast<std::uint32_t>(text_.size()) + 1);
    boost::system::error_code failed;
    const auto used = p.put(boost::asio::buffer(text_), failed);
    if (failed || used != text_.size() || !p.is_done()) {
        const bool of_length = failed == parsing::error::bad_content_length ||
                               failed == parsing::error::multiple_content_length ||
                               failed == parsing::error::bad_transfer_encoding;
        refuse_malformed(of_length ? refusal::bad_length : refusal::bad_header);
        return;
    }
    // Beast keeps fields of its own.
    std::string{}.swap(text_);
    at_ = step::over;
    read_fields();
    read_length();
}

void request_reader::read_fields()
{
    const auto& m = parsed_->parser.get();
    asked_.what = method_of(m.method());
    asked_.method_name = view(m.method_string());
    asked_.target = view(m.target());
    if (auto url = parse_target(asked_.target)) {
        asked_.url = *std::move(url);
        asked_.has_valid_target = true;
    }
    asked_.is_http_1_1 = m.version() >= 11;
    asked_.keep_alive = m.keep_alive();
    for (const auto& field : m)
        asked_.headers.push_back({view(field.name_string()), view(field.value())});
    if (const auto hosts = m.count(parsing::field::host);
        hosts > 1 || (asked_.is_http_1_1 && hosts < 1))
        refuse(refusal::bad_header, "a request has exactly one Host header");
    else if (!is_host(view(m[parsing::field::host])))
        refuse(refusal::bad_header, "the Host header names no host");
}

// The length of the body. If it is given twice, or in a way that some do not understand, a proxy
// before us might have seen the end of the body elsewhere.
void request_reader::read_length()
{
    if (refused_)
        return;
    const auto& m = parsed_->parser.get();
    const auto lengths = m.count(parsing::field::content_length);
    const auto codings = m.count(parsing::field::transfer_encoding);
    if (codings > 0) {
        const bool is_chunked =
            codings == 1 && lower_case(view(m[parsing::field::transfer_encoding])) == "chunked";
        if (!is_chunked)
            refuse(refusal::bad_length, "the only transfer encoding understood is chunked");
        else if (lengths > 0 || !asked_.is_http_1_1)
            refuse_malformed(refusal::bad_length);
        else
            at_ = step::chunk_size;
    } else if (lengths > 0) {
        const auto length = parse_length(view(m[parsing::field::content_length]));
        if (lengths > 1 || !length)
            refuse_malformed(refusal::bad_length);
        else if (*length > 0) {
            at_ = step::body;
            expect_body(*length);
        }
    }
    expects_continue_ = !is_over() && lower_case(view(m[parsing::field::expect])) == "100-continue";
}

void request_reader::expect_body(std::uint64_t bytes)
{
    if (bytes > limits_.body_bytes - body_bytes_) {
        refuse(
            refusal::body_too_large,
            "the body of a request may have " + std::to_string(limits_.body_bytes) + " bytes");
        return;
    }
    body_bytes_ += bytes;
    left_ = bytes;
}

std::size_t request_reader::take_body(std::string_view bytes)
{
    if (at_ != step::body && at_ != step::chunk) {
        take_framing(bytes.front());
        return 1;
    }
    const auto used = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    left_ -= used;
    if (room_)
        keep(bytes.substr(0, used));
    if (left_ == 0 && at_ == step::body)
        end_body();
    else if (left_ == 0)
        at_ = step::chunk_end;
    return used;
}

// Grows as a string does by itself, but says so before, and never beyond what may come. The old
// bytes are there until they have been copied: of one body of the lane at a time.
void request_reader::keep(std::string_view bytes)
{
    const auto size = body_.size() + bytes.size();
    if (size > body_.capacity()) {
        const auto most =
            at_ == step::body ? static_cast<std::size_t>(body_bytes_) : limits_.body_bytes;
        const auto capacity = std::clamp(2 * body_.capacity(), size, most);
        if (!room_(capacity)) {
            room_ = nullptr;
            std::string{}.swap(body_);
            return;
        }
        // reserve() of a string that has bytes would at least double it.
        std::string larger;
        larger.reserve(capacity);
        larger += body_;
        body_.swap(larger);
    }
    body_ += bytes;
}

void request_reader::end_body()
{
    at_ = step::over;
    asked_.body = body_;
}

void request_reader::take_framing(char c)
{
    const auto expect = [&](char wanted, step then) {
        if (c == wanted)
            at_ = then;
        else
            refuse_malformed(refusal::bad_body);
    };
    switch (at_) {
    case step::chunk_size:
        take_chunk_size(c);
        break;
    case step::chunk_extension:
        count_framing();
        if (is_over())
            break;
        if (c == '\r')
            at_ = step::chunk_size_end;
        else if (c != '\t' && (c < ' ' || c == '\x7f'))
            refuse_malformed(refusal::bad_body);
        break;
    case step::chunk_size_end:
        expect('\n', left_ > 0 ? step::chunk : step::trailer);
        break;
    case step::chunk_end:
        expect('\r', step::chunk_end_lf);
        break;
    case step::chunk_end_lf:
        expect('\n', step::chunk_size);
        break;
    default: {  // the trailer
        count_framing();
        const auto found = fields_.take(c);
        if (found == scanned::bad)
            refuse_malformed(refusal::bad_body);
        else if (found == scanned::end)
            end_body();
    }
    }
}

void request_reader::take_chunk_size(char c)
{
    const auto digit = hex_value(c);
    if (digit >= 0 && chunk_digits_ < chunk_digits_max) {
        left_ = (chunk_digits_ == 0 ? 0 : left_ << 4) | static_cast<std::uint64_t>(digit);
        ++chunk_digits_;
        return;
    }
    if (chunk_digits_ == 0 || (c != '\r' && c != ';')) {
        refuse_malformed(refusal::bad_body);
        return;
    }
    chunk_digits_ = 0;
    at_ = c == ';' ? step::chunk_extension : step::chunk_size_end;
    if (left_ == 0)
        fields_ = {};
    expect_body(left_);
}

void request_reader::count_framing()
{
    if (++framing_bytes_ > limits_.head_bytes)
        refuse(
            refusal::header_too_large, "what surrounds the chunks of a body may have " +
                                           std::to_string(limits_.head_bytes) + " bytes");
}

void request_reader::refuse(refusal why, std::string detail)
{
    if (refused_)
        return;
    problem told{.status = 400, .type = "bad-request", .detail = std::move(detail)};
    if (why == refusal::header_too_large) {
        told.status = 431;
        told.type = "header-too-large";
    } else if (why == refusal::body_too_large) {
        told.status = 413;
        told.type = "body-too-large";
    }
    asked_.keep_alive = false;
    refused_ = refused{why, std::move(told)};
    at_ = step::over;
}

void request_reader::refuse_malformed(refusal why)
{
    refuse(why, "this is not a valid HTTP request");
}

}  // namespace tickertape::http
