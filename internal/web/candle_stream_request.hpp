// Parses a request for a stream of candles: its symbols, its interval and its beginning.
//
// No I/O. Threads: any.
#pragma once

#include "candles/snapshot.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"
#include "tape/tapes.hpp"
#include "web/answer_limits.hpp"

#include <algorithm>
#include <optional>
#include <variant>
#include <vector>

namespace tickertape::web {

struct candle_stream_request {
    std::vector<symbol_id> symbols;  // ascending
    series::interval of{};
    candles::beginning from;
    // The last id is not known to this server: that client is told so.
    bool is_unknown = false;
    wall_time latest{};               // no tick that is committed is later
    tape::tapes::era_number era = 0;  // of all these

    // How many closed candles of each symbol the stream begins with at most.
    std::size_t candles_of_each() const noexcept
    {
        const auto share = candle_stream_candles_max / symbols.size();
        return std::holds_alternative<candles::newest_candles>(from)
                   ? std::min(candle_stream_candles_usual, share)
                   : share;
    }
};

// The contract is docs/protocol.md: the last id wins over since.
std::variant<candle_stream_request, http::problem> read_candle_stream_request(
    const http::request& r, const tape::tapes& from,
    std::chrono::milliseconds ids_ahead = std::chrono::milliseconds{0});

}  // namespace tickertape::web
