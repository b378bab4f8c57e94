#include "postgres/names.hpp"

#include <algorithm>

namespace tickertape::postgres {

void names::load_symbols(connection& of)
{
    numbers_.assign(symbols_.size(), std::nullopt);
    symbols_by_number_.clear();
    const auto all = of.ask("SELECT id, name FROM symbols");
    for (std::size_t i = 0; i < all.size(); ++i)
        if (const auto id = symbols_.find(all.text(i, 1))) {
            numbers_[index_of(*id)] = all.integer(i, 0);
            symbols_by_number_[all.integer(i, 0)] = *id;
        }
}

void names::load_sources(connection& of)
{
    sources_.clear();
    source_numbers_.clear();
    const auto all = of.ask("SELECT id, name, combined FROM sources");
    for (std::size_t i = 0; i < all.size(); ++i) {
        source s{std::string{all.text(i, 1)}, static_cast<unsigned>(all.integer(i, 2))};
        source_numbers_[{s.name, s.combined}] = all.integer(i, 0);
        sources_[all.integer(i, 0)] = std::move(s);
    }
}

void names::load(connection& of)
{
    load_symbols(of);
    load_sources(of);
}

std::optional<std::int64_t> names::find(connection& of, symbol_id id)
{
    if (numbers_.empty() || !numbers_[index_of(id)])
        load_symbols(of);
    return numbers_[index_of(id)];
}

std::vector<std::int64_t> names::find(connection& of, std::span<const symbol_id> symbols)
{
    const auto is_known = [this](symbol_id id) { return numbers_[index_of(id)].has_value(); };
    if (numbers_.empty() || !std::ranges::all_of(symbols, is_known))
        load_symbols(of);
    std::vector<std::int64_t> found;
    for (const auto id : symbols)
        if (is_known(id))
            found.push_back(*numbers_[index_of(id)]);
    return found;
}

std::int64_t names::make_symbol(connection& of, symbol_id id)
{
    if (const auto known = find(of, id))
        return *known;
    of.ask("INSERT INTO symbols (name) VALUES ($1)", {symbols_.name(id)});
    if (const auto made = find(of, id))
        return *made;
    of.fail(archive::archive_errc::damaged, "a symbol has no number");
}

void names::make_all_symbols(connection& of)
{
    if (find(of, symbols_.all()).size() == symbols_.size())
        return;
    array_text all;
    for (const auto id : symbols_.all())
        all.add(std::string_view{symbols_.name(id)});
    // One that is there is left out before it is given a number, or numbers would run out.
    of.ask(
        "INSERT INTO symbols (name) SELECT name FROM unnest($1::text[]) AS wanted(name)"
        " WHERE NOT EXISTS (SELECT FROM symbols s WHERE s.name = wanted.name)",
        {all.take()});
    load_symbols(of);
}

std::optional<symbol_id> names::symbol_of(std::int64_t number) const
{
    const auto at = symbols_by_number_.find(number);
    return at == symbols_by_number_.end() ? std::nullopt : std::optional{at->second};
}

std::int64_t names::make_source(connection& of, const std::string& name, unsigned combined)
{
    auto at = source_numbers_.find({name, combined});
    if (at != source_numbers_.end())
        return at->second;
    of.ask(
        "INSERT INTO sources (name, combined) SELECT $1, $2::integer WHERE NOT EXISTS"
        " (SELECT FROM sources WHERE name = $1 AND combined = $2::integer)",
        {name, std::to_string(combined)});
    load_sources(of);
    at = source_numbers_.find({name, combined});
    if (at == source_numbers_.end())
        of.fail(archive::archive_errc::damaged, "a source has no number");
    return at->second;
}

const names::source* names::source_of(connection& of, std::int64_t number)
{
    auto at = sources_.find(number);
    if (at == sources_.end()) {
        load_sources(of);
        at = sources_.find(number);
    }
    return at == sources_.end() ? nullptr : &at->second;
}

}  // namespace tickertape::postgres
