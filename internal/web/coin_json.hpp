// A coin of the market's table as our answers say it.
//
// Threads: any.
#pragma once

#include "http/message.hpp"
#include "market/board.hpp"
#include "market/contradictions.hpp"
#include "tape/tapes.hpp"
#include "web/money.hpp"
#include "web/site.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::web {

// A coin with the price that is shown.
struct shown_coin {
    const market::coin* row;
    std::size_t rank;
    std::optional<tape::symbol_tape::entry> ours{};  // none: the price is that of the table
    bool is_old = false;    // its figures are much older than the answer that they came in
    std::size_t place = 0;  // among the rows that there are; 0: not said
    // What `row` is, where our own price contradicts figures of the table's.
    std::shared_ptr<const market::coin> held{};

    // None: it is withheld.
    std::optional<double> price() const
    {
        if (ours)
            return ours->value.value();
        return market::has_price(*row) ? std::optional{row->value.value()} : std::nullopt;
    }
};

// The row of that index. The table outlives it. Within an era of the tapes.
shown_coin shown_of(const site& s, const market::snapshot& in, std::size_t index, boot_time now);

// Our price, while it is fresh. Within an era of the tapes.
std::optional<tape::symbol_tape::entry>
our_price(const site& s, const market::coin& row, boot_time now);

// The week's prices are most of a row's bytes. Where they are left out it says which symbol of ours
// is the coin instead, if there is one.
enum class week { shown, left_out };
// `source`: of the table; `money`: what the figures are shown in.
std::string coin_object(
    const site& s, const shown_coin& one, std::string_view source, const money_of& money = {},
    week prices = week::shown);

// {"market_cap":"why"}
std::string withheld_object(const std::vector<market::withheld_figure>& withheld);

// There is no table: 404 where there will be none, 503 where there is none yet.
http::response no_table(const site& s);

}  // namespace tickertape::web
