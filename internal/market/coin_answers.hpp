// What is asked of CoinGecko on request, and what there is of it: a coin in depth, its prices over
// time, and what is trending.
//
// Threads: any.
#pragma once

#include "core/clock.hpp"
#include "market/coin_chart.hpp"
#include "market/coin_detail.hpp"
#include "market/trending.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <tuple>

namespace tickertape::market {

enum class coin_topic { detail, hours, days, trending };

struct coin_question {
    coin_topic of;
    std::string id{};  // of the coin; empty for what is trending

    friend bool operator<(const coin_question& a, const coin_question& b)
    {
        return std::tie(a.of, a.id) < std::tie(b.of, b.id);
    }
};

// The source's newest answer, which may be of some time ago.
struct coin_answer {
    std::shared_ptr<const coin_detail> detail{};  // all three null: there is none
    std::shared_ptr<const coin_chart> chart{};
    std::shared_ptr<const trending> list{};
    std::shared_ptr<const std::string> body{};  // as the source sent it, where others are told
    boot_time received{};
    wall_time received_at{};
    bool is_stale = false;    // it is older than answers are kept, or was old when it came
    bool is_unknown = false;  // the source does not know the coin
    std::string why{};        // there is none, or no newer one; empty: it is as new as it may be
    std::chrono::seconds retry_after{0};  // when it is worth asking again; zero: nothing is missing

    bool is_there() const noexcept { return detail || chart || list; }
};

class coin_answers {
public:
    using on_answer = std::function<void(coin_answer)>;

    virtual ~coin_answers() = default;

    // Calls `then` once, on any thread: at once where the answer is kept and new enough, and within
    // some seconds otherwise.
    virtual void ask(coin_question what, on_answer then) = 0;
};

}  // namespace tickertape::market
