// Questions on single coins as requests, their answers as values, and as texts that the instances
// of a cluster give each other: there the leader asks for all.
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "market/coin_answers.hpp"
#include "net/http_message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::feed {

// Of one answer. A year of days is some 40 KB, a coin in depth some 50.
inline constexpr std::size_t coin_bytes_max = 1024 * 1024;

// Answers that the leader of a cluster has yet to give the others; with more, one is left out, and
// wanted again.
inline constexpr std::size_t shared_coins_waiting_max = 16;

net::http_request coin_request(const market::coin_question& what);

// The answer, without the times at which it came; that the source does not know the coin is one
// too. Errors: those of the functions of the room market.
fetched<market::coin_answer> read_coin_answer(
    const market::coin_question& what, const net::http_response& answer, wall_time now);

// How much older than the answer itself its figures may be before it is stale: what a source has
// in store is not new because it was sent now.
inline constexpr std::chrono::hours detail_lag_max{6};
inline constexpr std::chrono::hours hours_lag_max{2};
inline constexpr std::chrono::hours days_lag_max{48};
// Whether they are. What says no time is as new as it came.
bool came_old(const market::coin_question& what, const market::coin_answer& said) noexcept;

// "coin.detail.bitcoin"
std::string name_of(const market::coin_question& what);
// None: it is no such name, or of what is no id.
std::optional<market::coin_question> coin_question_in(std::string_view name);

// `body`: as the source sent it.
std::string write_shared_coin(const market::coin_answer& said, std::string_view body);
// That there is none, why, and when it is worth asking again.
std::string write_missing_coin(std::string_view why, std::chrono::seconds retry_after);

struct shared_coin {
    market::coin_answer said{};
    std::string why{};  // the leader has none; empty: it has
    std::chrono::seconds retry_after{0};
};
// Errors: those of json::read_own() and read_coin_answer(); json_errc::wrong_type.
fetched<shared_coin>
read_shared_coin(const market::coin_question& what, std::string_view text, const moment& now);

}  // namespace tickertape::feed
