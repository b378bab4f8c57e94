// The rate of a currency, for routes that show figures in it, and why there may be none.
//
// No I/O. Threads: any.
#pragma once

#include "http/message.hpp"
#include "http/router.hpp"
#include "web/site.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace tickertape::web {

// What a dollar costs.
struct rate_of_day {
    std::string code;  // "EUR"
    double value;
    std::chrono::sys_days day;
    std::string date;  // the same: "2026-10-02"
    bool is_stale;
};

enum class no_rate {
    here,   // this server asks nobody
    yet,    // nobody has answered since the start
    known,  // the source has no such currency
    shown,  // it is withheld
};

// Who asks counts as a reader of the rates. `code`: in capital letters; the dollar has no rate.
std::variant<rate_of_day, no_rate>
rate_of(const site& s, std::string_view code, const http::request& r);

// "AUD, BRL, CAD": those that have a rate; empty: none is known.
std::string known_currencies(const site& s);

// The refusal for no_rate::yet and no_rate::shown, which may pass.
http::response no_rate_for_now(std::string_view code, no_rate why);

// {"pair":"USD-EUR","value":0.89087,"source":"ECB","date":"2026-10-02","stale":false}
std::string rate_json(const rate_of_day& rate);

}  // namespace tickertape::web
