// What the routes over `series::history` have in common: how they read their parameters, how they
// ask, and how they answer.
//
// Threads: any, but for ask(): the lane's.
#pragma once

#include "core/symbol.hpp"
#include "http/answer_wait.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"
#include "http/request_target.hpp"
#include "series/history.hpp"
#include "web/site.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace tickertape::web {

// What is known of the range a client asked for.
struct asked_range {
    wall_time from{};   // 1970, if nothing says where to begin
    wall_time until{};  // a millisecond after now, or after the newest tick, if nothing says it
    bool has_begin = false;
    bool has_end = false;
    // Both are times that mean the same whenever they are read: no "-1d".
    bool is_absolute = true;
};

// Reads `since` and `until`: from `since` on, and before `until`.
std::variant<asked_range, http::problem>
read_range(const http::request_target& target, const tape::tapes& from, wall_time now);

// Reads "true" or "false".
std::variant<bool, http::problem>
read_flag(const http::request_target& target, std::string_view name, bool usual);

// Reads `interval`; 1h if it is not given.
std::variant<series::interval, http::problem> read_interval(const http::request_target& target);

// Reads whole numbers, one or several with commas between.
std::optional<std::size_t> parse_count(std::string_view text, std::size_t most);

// There is nothing to ask: the server runs without an archive, or with one that keeps no candles.
http::problem no_history(const site& s);

// An answer that could not be had.
http::response refusal_of(boost::system::error_code why);

// The body with a strong ETag, and with gzip where the client takes it; 304 if it has it already.
// `is_lasting`: the same address brings the same answer for ever.
http::response tagged_json(std::string body, const http::request& r, bool is_lasting = false);

// "gaps": of each the ids between which ticks may be missing.
std::string gaps_array(std::span<const series::hole> holes);

inline boost::asio::awaitable<result<series::candle_answer>>
ask(series::history& of, series::candle_query wanted)
{
    co_return co_await http::answer_to<result<series::candle_answer>>(
        [&of, wanted](auto then) { of.candles(wanted, std::move(then)); });
}

inline boost::asio::awaitable<result<series::tick_answer>>
ask(series::history& of, series::tick_query wanted)
{
    co_return co_await http::answer_to<result<series::tick_answer>>(
        [&of, wanted](auto then) { of.ticks(wanted, std::move(then)); });
}

inline boost::asio::awaitable<result<series::statistics_answer>>
ask(series::history& of, series::statistics_query wanted)
{
    co_return co_await http::answer_to<result<series::statistics_answer>>(
        [&of, wanted](auto then) { of.statistics_of(wanted, std::move(then)); });
}

}  // namespace tickertape::web
