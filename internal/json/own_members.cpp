#include "json/own_members.hpp"

#include "json/errors.hpp"
#include "json/fields.hpp"
#include "json/reader.hpp"

#include <cmath>

namespace tickertape::json {
namespace {

// The year 2500.
constexpr std::int64_t time_ms_max = 16'725'225'600'000;

}  // namespace

fetched<boost::json::value>
read_own(std::string_view text, std::string_view kept, std::int64_t version)
{
    auto read = reader{}.read(text);
    if (!read)
        return fetch_error{read.error()};
    if (text_in(member(&*read, "kept")) != kept)
        return fetch_error{json_errc::wrong_type, "is no " + std::string{kept}};
    if (integer_in(member(&*read, "version")) != version)
        return fetch_error{json_errc::wrong_type, "is of another version of the program"};
    return std::move(*read);
}

own_members::own_members(const boost::json::value* of) noexcept
    : of_{of}, is_spoilt_{of == nullptr || !of->is_object()}
{
}

own_members::own_members(const own_members& within, std::string_view name) noexcept
    : own_members{within.at(name)}
{
}

void own_members::spoil(std::string_view name)
{
    if (!is_spoilt_)
        name_ = name;
    is_spoilt_ = true;
}

fetch_error own_members::why() const
{
    return {json_errc::wrong_type, name_.empty() ? "an object" : name_};
}

const boost::json::value* own_members::at(std::string_view name) const noexcept
{
    const auto* found = member(of_, name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::string own_members::text(std::string_view name, std::size_t bytes_max)
{
    const auto given = text_in(at(name));
    if (given && given->size() <= bytes_max)
        return std::string{*given};
    spoil(name);
    return {};
}

std::int64_t own_members::integer(std::string_view name, std::int64_t least, std::int64_t most)
{
    const auto* given = at(name);
    const auto value = given != nullptr && given->is_int64() ? given->get_int64() : least - 1;
    if (value >= least && value <= most)
        return value;
    spoil(name);
    return least;
}

bool own_members::boolean(std::string_view name)
{
    const auto* given = at(name);
    if (given != nullptr && given->is_bool())
        return given->get_bool();
    spoil(name);
    return false;
}

double own_members::real(std::string_view name)
{
    const auto value = real_if_any(name);
    if (!value)
        spoil(name);
    return value.value_or(0);
}

std::optional<double> own_members::real_if_any(std::string_view name)
{
    const auto* given = at(name);
    if (given == nullptr)
        return std::nullopt;
    const auto value = given->is_string() ? std::nullopt : number_in(*given);
    if (value && std::isfinite(*value))
        return value;
    spoil(name);
    return std::nullopt;
}

wall_time own_members::time(std::string_view name)
{
    return wall_time{std::chrono::milliseconds{integer(name, 0, time_ms_max)}};
}

std::optional<wall_time> own_members::time_if_any(std::string_view name)
{
    return at(name) == nullptr ? std::nullopt : std::optional{time(name)};
}

const boost::json::array& own_members::list(std::string_view name, std::size_t most)
{
    static const boost::json::array none;
    const auto* given = at(name);
    const auto* all = given == nullptr ? nullptr : given->if_array();
    if (all != nullptr && all->size() <= most)
        return *all;
    spoil(name);
    return none;
}

}  // namespace tickertape::json
