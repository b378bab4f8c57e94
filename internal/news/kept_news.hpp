// The items of all feeds as a text that outlives the process: what is shown after a restart, and
// what the leader of a cluster gives the others.
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "news/board.hpp"
#include "news/collection.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::news {

// Of what its host said beside the last whole answer, each.
inline constexpr std::size_t validator_bytes_max = 1'024;
// Of why a feed failed.
inline constexpr std::size_t trouble_bytes_max = 4'096;

// What is kept of one feed. Another list of feeds has its own address for each.
struct kept_feed {
    std::string address{};
    feed_state state{};
    // How long the last answer is good, and what asks whether there is another one.
    std::chrono::milliseconds max_age{0};
    std::string etag{};
    std::string last_modified{};
    std::string validated_at{};
    std::vector<dated_item> items{};
};

std::string write_kept(const std::vector<kept_feed>& feeds);

// Ages go on from when each feed answered. A feed's name and its items' are as the caller has them:
// empty. Errors: those of json::read_own(); json_errc::wrong_type, with the member, where one is
// not as it was written.
fetched<std::vector<kept_feed>> read_kept_news(std::string_view text, const moment& now);

}  // namespace tickertape::news
