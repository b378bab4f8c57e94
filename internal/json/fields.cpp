#include "json/fields.hpp"

#include "core/errors.hpp"
#include "core/timestamp.hpp"
#include "json/errors.hpp"
#include "json/reader.hpp"

#include <charconv>

namespace tickertape::json {
namespace {

constexpr wall_time time_begin{};                                    // 1970
constexpr wall_time time_end{std::chrono::seconds{16'725'225'600}};  // the year 2500

// Null in the JSON is a field that is not there.
bool is_missing(const boost::json::value* at) noexcept
{
    return at == nullptr || at->is_null();
}

fetch_error refused(boost::system::error_code code, std::string_view called)
{
    return {code, std::string{called}};
}

// The whole text as one number; none if anything is beside it.
template <class Number>
std::optional<Number> whole_number(std::string_view text) noexcept
{
    Number value{};
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end)
        return std::nullopt;
    return value;
}

bool is_number_or_text(const boost::json::value& at) noexcept
{
    return at.is_number() || at.is_string();
}

std::optional<wall_time> written_time(std::string_view text) noexcept
{
    const auto time = parse_rfc3339(text);
    if (!time || *time <= time_begin || *time >= time_end)
        return std::nullopt;
    return *time;
}

// Counted in integers: milliseconds since 1970 are more than a float of single precision holds.
std::optional<wall_time>
counted_time(const std::optional<std::int64_t>& count, time_form form) noexcept
{
    using namespace std::chrono;
    const std::int64_t per_second = form == time_form::seconds        ? 1
                                    : form == time_form::milliseconds ? 1'000
                                                                      : 1'000'000;
    if (!count || *count <= 0 || *count / per_second >= time_end.time_since_epoch() / 1s)
        return std::nullopt;
    switch (form) {
    case time_form::seconds:
        return wall_time{seconds{*count}};
    case time_form::milliseconds:
        return wall_time{milliseconds{*count}};
    default:
        return wall_time{ceil<milliseconds>(microseconds{*count})};
    }
}

}  // namespace

std::optional<double> number_in(const boost::json::value& at) noexcept
{
    switch (at.kind()) {
    case boost::json::kind::double_:
        return at.get_double();
    case boost::json::kind::int64:
        return static_cast<double>(at.get_int64());
    case boost::json::kind::uint64:
        return static_cast<double>(at.get_uint64());
    case boost::json::kind::string:
        return whole_number<double>(*text_in(&at));
    default:
        return std::nullopt;
    }
}

const boost::json::value* member(const boost::json::value* of, std::string_view name) noexcept
{
    const auto* object = of == nullptr ? nullptr : of->if_object();
    return object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
}

const boost::json::value* element(const boost::json::value* of, std::size_t index) noexcept
{
    const auto* array = of == nullptr ? nullptr : of->if_array();
    return array == nullptr ? nullptr : array->if_contains(index);
}

std::optional<std::string_view> text_in(const boost::json::value* at) noexcept
{
    const auto* text = at == nullptr ? nullptr : at->if_string();
    if (text == nullptr)
        return std::nullopt;
    return std::string_view{text->data(), text->size()};
}

std::optional<std::int64_t> integer_in(const boost::json::value* at) noexcept
{
    if (const auto text = text_in(at))
        return whole_number<std::int64_t>(*text);
    if (at != nullptr && at->is_int64())
        return at->get_int64();
    return std::nullopt;
}

bool is_zero(const boost::json::value* at) noexcept
{
    return at != nullptr && number_in(*at) == 0.0;
}

fetched<price> price_in(const boost::json::value* at, std::string_view called)
{
    if (is_missing(at))
        return refused(json_errc::missing_field, called);
    const auto value = at->is_string() ? price_of_string(*at) : price_of_number(*at);
    if (!value)
        return fetch_error{value.error(), std::string{called}};
    return *value;
}

fetched<wall_time> time_in(const boost::json::value* at, time_form form, std::string_view called)
{
    if (is_missing(at))
        return refused(json_errc::missing_field, called);
    if (form == time_form::rfc3339 ? !at->is_string() : !is_number_or_text(*at))
        return refused(json_errc::wrong_type, called);
    const auto time = form == time_form::rfc3339 ? written_time(*text_in(at))
                                                 : counted_time(integer_in(at), form);
    if (!time)
        return refused(core_errc::implausible_time, called);
    return *time;
}

std::optional<fetched<wall_time>>
time_if_any(const boost::json::value* at, time_form form, std::string_view called)
{
    if (is_missing(at))
        return std::nullopt;
    return time_in(at, form, called);
}

}  // namespace tickertape::json
