// The numbers that stand for symbols and sources in the tables.
//
// All functions throw archive::thrown_failure. Threads: that of the connection.
#pragma once

#include "core/symbol.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tickertape::postgres {

// As the tables have it; what is kept of it here is forgotten with the connection.
class names {
public:
    struct source {
        std::string name;
        unsigned combined = 0;
    };

    // The table outlives this.
    explicit names(const symbol_table& symbols) : symbols_{symbols} {}

    // Numbers for those who write. A name without one is given one, in the transaction that is
    // open, if one is.
    std::int64_t make_symbol(connection& of, symbol_id id);
    void make_all_symbols(connection& of);
    std::int64_t make_source(connection& of, const std::string& name, unsigned combined);

    // Looks up all names there are, so that none of them is asked for later.
    void load(connection& of);
    // For those who read: the numbers of those that the tables have.
    std::vector<std::int64_t> find(connection& of, std::span<const symbol_id> symbols);
    std::optional<std::int64_t> find(connection& of, symbol_id id);
    // The symbol with that number, if this process knows it.
    std::optional<symbol_id> symbol_of(std::int64_t number) const;
    const source* source_of(connection& of, std::int64_t number);

private:
    void load_symbols(connection& of);
    void load_sources(connection& of);

    const symbol_table& symbols_;
    std::vector<std::optional<std::int64_t>> numbers_;
    std::map<std::int64_t, symbol_id> symbols_by_number_;
    std::map<std::int64_t, source> sources_;
    std::map<std::pair<std::string, unsigned>, std::int64_t> source_numbers_;
};

}  // namespace tickertape::postgres
