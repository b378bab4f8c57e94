#include "json/reader.hpp"

#include "core/quote.hpp"
#include "json/errors.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <charconv>

namespace tickertape::json {
namespace {

using boost::system::error_code;

// What the parser calls, as Boost.JSON's own handler does it, but for the numbers.
struct value_builder {
    static constexpr std::size_t max_object_size = boost::json::object::max_size();
    static constexpr std::size_t max_array_size = boost::json::array::max_size();
    static constexpr std::size_t max_key_size = boost::json::string::max_size();
    static constexpr std::size_t max_string_size = boost::json::string::max_size();

    boost::json::value_stack stack;
    std::string number;  // the beginning of a number whose text comes in parts

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return true; }
    bool on_array_begin(error_code&) { return true; }
    bool on_object_end(std::size_t size, error_code&)
    {
        stack.push_object(size);
        return true;
    }
    bool on_array_end(std::size_t size, error_code&)
    {
        stack.push_array(size);
        return true;
    }
    bool on_key_part(boost::json::string_view part, std::size_t, error_code&)
    {
        stack.push_chars(part);
        return true;
    }
    bool on_key(boost::json::string_view rest, std::size_t, error_code&)
    {
        stack.push_key(rest);
        return true;
    }
    bool on_string_part(boost::json::string_view part, std::size_t, error_code&)
    {
        stack.push_chars(part);
        return true;
    }
    bool on_string(boost::json::string_view rest, std::size_t, error_code&)
    {
        stack.push_string(rest);
        return true;
    }
    bool on_number_part(boost::json::string_view part, error_code&)
    {
        number.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t value, boost::json::string_view, error_code&)
    {
        number.clear();
        stack.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, boost::json::string_view, error_code&)
    {
        number.clear();
        stack.push_uint64(value);
        return true;
    }
    bool on_double(double, boost::json::string_view rest, error_code& ec)
    {
        std::string_view text{rest.data(), rest.size()};
        if (!number.empty()) {
            number.append(text);
            text = number;
        }
        double value = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
        number.clear();
        if (read.ec != std::errc{}) {
            ec = json_errc::number_out_of_range;
            return false;
        }
        stack.push_double(value);
        return true;
    }
    bool on_bool(bool value, error_code&)
    {
        stack.push_bool(value);
        return true;
    }
    bool on_null(error_code&)
    {
        stack.push_null();
        return true;
    }
    bool on_comment_part(boost::json::string_view, error_code&) { return true; }
    bool on_comment(boost::json::string_view, error_code&) { return true; }
};

boost::json::parse_options limits()
{
    boost::json::parse_options options;
    options.max_depth = reader::depth_max;
    return options;
}

}  // namespace

struct reader::impl {
    boost::json::basic_parser<value_builder> parser{limits()};
};

reader::reader() : impl_{std::make_unique<impl>()} {}
reader::~reader() = default;

result<boost::json::value> reader::read(std::string_view text, boost::json::storage_ptr storage)
{
    auto& parser = impl_->parser;
    auto& builder = parser.handler();
    parser.reset();
    builder.number.clear();
    builder.stack.reset(std::move(storage));

    error_code ec;
    const auto used = parser.write_some(false, text.data(), text.size(), ec);
    if (ec.category() == json_category())
        return ec;
    if (ec == boost::json::error::too_deep)
        return json_errc::too_deep;
    if (ec || used != text.size())
        return json_errc::not_json;
    return builder.stack.release();
}

result<price> price_of_number(const boost::json::value& from) noexcept
{
    switch (from.kind()) {
    case boost::json::kind::double_:
        return plausible_price(from.get_double());
    case boost::json::kind::int64:
        return plausible_price(static_cast<double>(from.get_int64()));
    case boost::json::kind::uint64:
        return plausible_price(static_cast<double>(from.get_uint64()));
    default:
        return json_errc::wrong_type;
    }
}

result<price> price_of_string(const boost::json::value& from) noexcept
{
    const auto* text = from.if_string();
    if (text == nullptr)
        return json_errc::wrong_type;
    return plausible_price(std::string_view{text->data(), text->size()});
}

}  // namespace tickertape::json
