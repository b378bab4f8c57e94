#include "relay/presence.hpp"

#include "json/fields.hpp"
#include "json/json_text.hpp"
#include "json/reader.hpp"

#include <algorithm>
#include <cstdint>

namespace tickertape::relay {
namespace {

constexpr std::size_t words_max = 1'024;
constexpr std::size_t field_max = 64;

std::string short_text(const boost::json::value& of, std::string_view name)
{
    const auto text = json::text_in(json::member(&of, name));
    return text && text->size() <= field_max ? std::string{*text} : std::string{};
}

bool is(const boost::json::value& of, std::string_view name, bool otherwise)
{
    const auto* const value = json::member(&of, name);
    return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

// FNV-1a.
std::uint64_t hash_of(std::string_view text) noexcept
{
    std::uint64_t h = 0xcbf29ce484222325;
    for (const char c : text)
        h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return h;
}

}  // namespace

std::string words_of(const presence& p)
{
    json::object o;
    o.text("role", p.is_leader ? "leader" : "follower").text("top", p.top);
    o.text("life", p.life).text("symbols", p.symbols).boolean("can_lead", p.can_lead);
    if (p.has_dry_feed)
        o.boolean("dry_feed", true);
    return std::move(o).done();
}

presence read_presence(std::string_view words)
{
    presence p;
    if (words.size() > words_max)
        return p;
    json::reader reader;
    const auto said = reader.read(words);
    if (!said)
        return p;
    p.is_leader = short_text(*said, "role") == "leader";
    p.top = short_text(*said, "top");
    p.life = short_text(*said, "life");
    p.symbols = short_text(*said, "symbols");
    p.can_lead = is(*said, "can_lead", true);
    p.has_dry_feed = is(*said, "dry_feed", false);
    return p;
}

std::string name_in(std::string_view token)
{
    return std::string{token.substr(0, token.rfind(':'))};
}

std::string mark_of(const symbol_table& symbols)
{
    std::uint64_t sum = 0;
    for (const auto id : symbols.all())
        sum += hash_of(symbols.name(id));
    return std::to_string(symbols.size()) + ':' + std::to_string(sum);
}

bool is_instance_name(std::string_view name) noexcept
{
    return !name.empty() && name.size() <= instance_bytes_max &&
           std::ranges::all_of(name, [](char c) { return c >= ' ' && c < 0x7F; });
}

}  // namespace tickertape::relay
