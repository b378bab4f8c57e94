// What a dollar costs in other currencies: the euro's reference rates of the European Central Bank,
// as frankfurter gives them with the dollar as their base.
//
// One rate a day and currency, of working days, published at about 16:00 in Frankfurt. They are no
// market prices: no bank sells at them.
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "core/watched_board.hpp"
#include "net/http_message.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::market {

// Who is asked, and whose rates they are.
inline constexpr std::string_view frankfurter = "frankfurter";
inline constexpr std::string_view central_bank = "ECB";

// Currencies of one answer. The ECB has some 30; more are no list of its.
inline constexpr std::size_t currencies_max = 200;
// A rate that differs by more than this from that of the day before is withheld, until another day
// confirms it: a central bank may let its currency fall, and a decimal point may slip.
inline constexpr double rate_jump_max = 0.10;
// Beyond these a rate is a mistake in units.
inline constexpr double rate_min = 1e-6;
inline constexpr double rate_max = 1e9;
// Rates of a date more than so many days ago are stale. The longest that the ECB is silent is from
// Thursday to the Tuesday after Easter.
inline constexpr std::chrono::days rate_days_max{5};
// A date at most so far ahead of ours is believed: days begin earlier elsewhere.
inline constexpr std::chrono::days rate_ahead_max{1};

struct currency_rate {
    std::string code;  // "EUR"
    double value;      // of one dollar
    bool is_withheld = false;
};

struct currency_rates {
    std::chrono::sys_days day;
    std::vector<currency_rate> all;  // by their codes; the dollar is not among them
    std::size_t dropped = 0;         // members that are no rate

    // Null: it is not among them.
    const currency_rate* find(std::string_view code) const noexcept;
    bool is_stale(wall_time now) const noexcept
    {
        return std::chrono::floor<std::chrono::days>(now) - day > rate_days_max;
    }
    // "2026-10-02"
    std::string date() const;
};

struct currency_snapshot {
    currency_rates rates;
    boot_time received;
    wall_time received_at;
};

// The newest rates for those who ask.
class currency_board : public watched_board<currency_snapshot> {
public:
    using watched_board::watched_board;
};

// "EUR": three capital letters. None: `text` is no currency's code, in any case.
std::optional<std::string> currency_code(std::string_view text);

net::http_request currency_rates_request();

// Errors: those of an answer that is none; json_errc::wrong_type where it is not about one dollar,
// or its date is none that can be; ::missing_field where it has no rate that can be read.
fetched<currency_rates> read_currency_rates(const net::http_response& answer, wall_time now);

// Marks those of `rates` that are to be withheld, seeing what was known `before`.
void withhold_jumps(currency_rates& rates, const currency_rates& before);

}  // namespace tickertape::market
