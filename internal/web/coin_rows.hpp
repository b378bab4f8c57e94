// Finds a coin of the market's table by its id, and asks for what its row does not say.
//
// Threads: the lane's.
#pragma once

#include "http/message.hpp"
#include "market/board.hpp"
#include "market/coin_answers.hpp"
#include "web/site.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <variant>

namespace tickertape::web {

struct coin_row {
    std::shared_ptr<const market::snapshot> table;
    const market::coin* row;  // of the table
    std::size_t index;        // of the row
};

// A refusal where there is no table, or no such coin in it. Somebody reads the table then.
std::variant<coin_row, http::response>
find_coin(const site& s, const std::string& id, boot_time now);

// What the source says, or why it was not asked. All that is given outlives it.
boost::asio::awaitable<market::coin_answer>
answer_on(const site& s, const market::snapshot& table, const market::coin_question& what);

}  // namespace tickertape::web
