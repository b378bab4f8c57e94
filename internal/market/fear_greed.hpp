// The Fear and Greed Index of alternative.me: one number a day, from 0 (fear) to 100 (greed).
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "core/watched_board.hpp"
#include "net/http_message.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace tickertape::market {

// The source, as our answers name it.
inline constexpr std::string_view alternative_me = "alternative.me";

// Of the source's word for a value, "Extreme Fear". A longer one is left out.
inline constexpr std::size_t mood_word_bytes_max = 40;
// A day is dated at most so far ahead.
inline constexpr std::chrono::hours mood_ahead_max{1};

// The index of one day.
struct fear_greed {
    double value = 0;
    std::string word{};  // empty: there is none
    wall_time day{};     // when it began
};

struct fear_greed_snapshot {
    fear_greed index;
    boot_time received;
    wall_time received_at;
};

// The newest index for those who ask.
class fear_greed_board : public watched_board<fear_greed_snapshot> {
public:
    using watched_board::watched_board;
};

net::http_request fear_greed_request();

// The newest day of the answer that can be read. Errors: those of body_of(); json_errc::wrong_type
// where it has no list of days; ::missing_field where no day of it can be true;
// provider_errc::http_status where it says at status 200 that it is an error.
fetched<fear_greed> read_fear_greed(const net::http_response& answer, wall_time now);

}  // namespace tickertape::market
