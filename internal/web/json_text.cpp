#include "web/json_text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <array>
#include <cstdio>

namespace tickertape {

void append_json_string(std::string& out, std::string_view text)
{
    out += boost::json::serialize(boost::json::string_view{text.data(), text.size()});
}

void json_object::begin(std::string_view name)
{
    if (out_.size() > 1)
        out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
}

json_object& json_object::text(std::string_view name, std::string_view value)
{
    begin(name);
    append_json_string(out_, value);
    return *this;
}

json_object& json_object::number(std::string_view name, std::int64_t value)
{
    return json(name, std::to_string(value));
}

json_object& json_object::boolean(std::string_view name, bool value)
{
    return json(name, value ? "true" : "false");
}

json_object& json_object::value(std::string_view name, price p)
{
    return json(name, p.text());
}

json_object& json_object::null(std::string_view name)
{
    return json(name, "null");
}

json_object& json_object::seconds(std::string_view name, std::chrono::milliseconds ms)
{
    std::array<char, 32> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%lld.%03lld", static_cast<long long>(ms.count() / 1000),
        static_cast<long long>(ms.count() % 1000));
    return json(name, {text.data(), static_cast<std::size_t>(length)});
}

json_object& json_object::json(std::string_view name, std::string_view value)
{
    begin(name);
    out_ += value;
    return *this;
}

std::string json_object::done() &&
{
    out_ += '}';
    return std::move(out_);
}

}  // namespace tickertape
