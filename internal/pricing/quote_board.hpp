// What every provider last said of every symbol, and is still to be believed.
//
// A provider speaks in two ways, when polled and over its socket, of which one may be behind the
// other; and it repeats itself. The board holds its newest word, and knows an observation from a
// repetition.
//
// No clock and no I/O. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "core/elapsed.hpp"
#include "core/quote.hpp"
#include "core/usd_standin.hpp"
#include "pricing/price_policy.hpp"
#include "pricing/quote_checks.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace tickertape::pricing {

enum class quote_way : std::uint8_t {
    poll,    // the answer to a request of ours
    socket,  // a message of the provider's WebSocket
};

struct held_quote {
    quote last;
    usd_standin as;
    quote_way by;
    moment received;          // the last time it was said
    moment first;             // the first time it was said, with the same time of the provider's
    moment changed;           // the first time it was said, without another price in between
    std::uint64_t observed;   // counts the observations of all symbols; a repetition has none
    bool aside_said = false;  // counted as set aside

    // How old it is: by the time the provider gives it, but never younger than it was said to us
    // first, whatever the wall clock says now. Without that time, by its arrival; but a mere
    // number, without a book around it, is as old as it stands still.
    std::chrono::milliseconds age(moment now) const noexcept
    {
        if (last.upstream_time)
            return std::max(now.wall - *last.upstream_time, elapsed(first, now));
        return elapsed(last.book ? received : changed, now);
    }
};

class quote_board {
public:
    quote_board(std::size_t symbols, std::size_t providers, const quote_limits& limits);

    struct outcome {
        boost::system::error_code refused{};  // it cannot be believed: check_age(), check_book()
        bool is_news = false;                 // otherwise it was known, or is behind what is known
    };
    // Takes a quote in, unless what is held is newer. One that is refused takes along what is held,
    // unless that is newer.
    outcome
    take(std::size_t provider, const quote& q, usd_standin as, quote_way by, moment now) noexcept;

    // Forgets what was said that way, of one symbol or of all.
    void withdraw(std::size_t provider, symbol_id symbol, quote_way by) noexcept;
    void withdraw(std::size_t provider, quote_way by) noexcept;

    held_quote* find(std::size_t provider, symbol_id symbol) noexcept;
    const held_quote* find(std::size_t provider, symbol_id symbol) const noexcept;
    std::size_t providers() const noexcept { return providers_; }

    using candidate_list = boost::container::static_vector<candidate, providers_max>;
    // All that is held of the symbol, in the order of preference.
    candidate_list candidates(symbol_id symbol, moment now) const noexcept;

private:
    // Of the market with that stand-in.
    struct held_volume {
        double value;
        usd_standin as;
        moment received;
    };

    std::optional<double>
    volume_of(std::size_t provider, const held_quote& of, moment now) const noexcept;
    std::optional<held_quote>& slot(std::size_t provider, symbol_id symbol) noexcept
    {
        return held_[index_of(symbol) * providers_ + provider];
    }

    quote_limits limits_;
    std::size_t providers_;
    std::vector<std::optional<held_quote>> held_;  // by symbol, then by provider
    // The same. Kept apart from quotes, because a socket may give prices without volumes.
    std::vector<std::optional<held_volume>> volumes_;
    std::uint64_t observations_ = 0;
};

}  // namespace tickertape::pricing
