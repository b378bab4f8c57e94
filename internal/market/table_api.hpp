// A source of the market's table as it is asked over REST, without I/O: what to ask, and what the
// answer says. One implementation per source, in this room.
//
// Threads: any, none of it changes.
#pragma once

#include "core/fetch_error.hpp"
#include "market/table.hpp"
#include "net/http_message.hpp"

#include <memory>
#include <string_view>

namespace tickertape::market {

class table_api {
public:
    virtual ~table_api() = default;

    virtual net::http_request table_request() const = 0;
    // The rows of the answer that can be read, in its order, each id once, checked.
    // Errors: those of provider::json_of(); json_errc::wrong_type where it is no list;
    // ::missing_field where no row of it can be read: there is no market without coins.
    virtual fetched<table> read_table(const net::http_response& answer, wall_time now) const = 0;
};

// The same for the market as a whole, where the source says anything of it.
class totals_api {
public:
    virtual ~totals_api() = default;

    virtual net::http_request totals_request() const = 0;
    // Unchecked, because that needs what was said before. Errors: those of provider::json_of();
    // json_errc::missing_field where it does not say what the market is worth.
    virtual fetched<totals> read_totals(const net::http_response& answer) const = 0;
};

std::unique_ptr<table_api> make_coingecko_table();
std::unique_ptr<table_api> make_coinpaprika_table();
std::unique_ptr<table_api> make_coinlore_table();
std::unique_ptr<totals_api> make_coingecko_totals();
std::unique_ptr<totals_api> make_coinpaprika_totals();

}  // namespace tickertape::market