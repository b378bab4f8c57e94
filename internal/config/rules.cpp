#include "config/rules.hpp"

#include "archive/place.hpp"

#include "core/price.hpp"

namespace tickertape::config::rules {
namespace {

constexpr std::size_t origins_max = 64;
constexpr std::size_t networks_max = 256;

parsed<std::vector<std::string>> parse_cors(std::string_view text)
{
    if (text == "*")
        return std::vector<std::string>{"*"};
    if (lower_case(text) == "none")
        return std::vector<std::string>{};
    const auto items = parse_list(text, origins_max);
    if (!items)
        return items.error();
    std::vector<std::string> origins;
    for (std::size_t i = 0; i < items->size(); ++i) {
        auto origin = parse_origin((*items)[i]);
        if (!origin)
            return because_of_item(i, items->size(), origin.error().reason());
        origins.push_back(*std::move(origin));
    }
    return origins;
}

std::string format_cors(const std::vector<std::string>& origins)
{
    return origins.empty() ? "none" : join(origins, ",");
}

parsed<std::vector<ip_network>> parse_networks(std::string_view text)
{
    std::vector<ip_network> networks;
    if (text.empty())
        return networks;
    const auto items = parse_list(text, networks_max);
    if (!items)
        return items.error();
    for (std::size_t i = 0; i < items->size(); ++i) {
        const auto network = ip_network::parse((*items)[i]);
        if (!network)
            return because_of_item(i, items->size(), "is neither an address nor a network");
        networks.push_back(*network);
    }
    return networks;
}

std::string format_networks(const std::vector<ip_network>& networks)
{
    std::vector<std::string> names;
    for (const auto& n : networks)
        names.push_back(n.text());
    return join(names, ",");
}

}  // namespace

rule archive_place()
{
    static constexpr std::string_view scheme = "sqlite:";
    rule made;
    made.accepted = "sqlite: and the path of a directory, the postgresql:// address of a database, "
                    "or none";
    made.assign = [](settings& s, std::string_view text) -> std::optional<complaint> {
        auto& of = s.archive;
        if (lower_case(text) == "none") {
            of.directory.clear();
            of.database.clear();
            return std::nullopt;
        }
        if (archive::is_database(text)) {
            if (const auto why = archive::wrong_with_database(text); !why.empty())
                return because(why);
            of.directory.clear();
            of.database = text;
            return std::nullopt;
        }
        if (!text.starts_with(scheme) || text.size() == scheme.size())
            return because(text.empty() ? "is empty" : "is none of them");
        auto path = parse_path(text.substr(scheme.size()));
        if (!path)
            return path.error();
        of.directory = *std::move(path);
        of.database.clear();
        return std::nullopt;
    };
    made.show = [](const settings& s) {
        if (!s.archive.database.empty())
            return archive::without_passwords(s.archive.database);
        return s.archive.directory.empty() ? std::string{"none"}
                                           : std::string{scheme} + s.archive.directory;
    };
    return made;
}

rule admin_token()
{
    constexpr std::size_t bytes_min = 16;  // a shorter one could be guessed
    constexpr std::size_t bytes_max = 256;
    return made_of(
        "empty, or " + std::to_string(bytes_min) + " to " + std::to_string(bytes_max) +
            " letters, digits and other visible ASCII without blanks",
        {}, &settings::admin_token,
        [](std::string_view text) -> parsed<std::string> {
            if (text.empty())
                return std::string{};
            if (text.size() < bytes_min || text.size() > bytes_max)
                return because("is too short or too long");
            if (!std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; }))
                return because("has a blank, or what is not visible ASCII");
            return std::string{text};
        },
        [](const std::string& value) { return value; });
}

rule address(std::string settings::*field)
{
    return made_of(
        "an IPv4 or IPv6 address; :: is both", {}, field, parse_address,
        [](const std::string& value) { return value; });
}

rule simulator_seed()
{
    return made_of(
        "empty, or 0 to 18446744073709551615", {},
        [](auto& s) -> auto& { return s.simulator.seed; },
        [](std::string_view text) -> parsed<std::optional<std::uint64_t>> {
            if (text.empty())
                return std::optional<std::uint64_t>{};
            const auto value = parse_count(text, 0, UINT64_MAX);
            if (!value)
                return value.error();
            return std::optional{*value};
        },
        [](const auto& value) { return value ? std::to_string(*value) : std::string{}; });
}

rule simulator_start()
{
    constexpr double price_max = 1e9;
    return made_of(
        "0 to 1000000000", "quote currency",
        [](auto& s) -> auto& { return s.simulator.start_price; },
        [](std::string_view text) -> parsed<std::optional<double>> {
            const auto value = parse_decimal(text, 0, price_max);
            if (!value)
                return value.error();
            return price::from(*value) ? std::optional{*value} : std::nullopt;
        },
        [](const auto& value) { return value ? price::from(*value)->text() : std::string{"0"}; });
}

rule simulator_history()
{
    constexpr std::chrono::hours low{1};
    constexpr std::chrono::days high{3'650};
    return made_of(
        "off, or " + format_kept_time(low) + " to " + format_kept_time(high), "duration, d",
        [](auto& s) -> auto& { return s.simulator.history; },
        [low, high](std::string_view text) -> parsed<std::chrono::milliseconds> {
            if (text == "off")
                return std::chrono::milliseconds{0};
            if (text == "forever")
                return because("is not a time");
            return parse_kept_time(text, low, high);
        },
        [](std::chrono::milliseconds value) {
            return value.count() == 0 ? std::string{"off"} : format_kept_time(value);
        });
}

rule origins(std::vector<std::string> settings::*field)
{
    return made_of(
        "*, none, or up to " + std::to_string(origins_max) +
            " origins such as https://example.com, between commas",
        {}, field, parse_cors, format_cors);
}

rule networks(std::vector<ip_network> settings::*field)
{
    return made_of(
        "empty, or up to " + std::to_string(networks_max) +
            " addresses and networks such as 10.0.0.0/8 or fd00::/8, between commas",
        {}, field, parse_networks, format_networks);
}

complaint because_of_item(std::size_t index, std::size_t items, const std::string& reason)
{
    if (items == 1)
        return because(reason);
    return because("is refused at item " + std::to_string(index + 1) + ", which " + reason);
}

}  // namespace tickertape::config::rules
