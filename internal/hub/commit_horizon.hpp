// Keeps the newest committed position that a lane has seen. The lane sends nothing after it, and
// knows which symbols have news without asking their tapes again for each subscriber.
//
// Threads: one, its lane's.
#pragma once

#include "tape/tapes.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

namespace tickertape::hub {

class commit_horizon {
public:
    // Sees nothing at first. The tapes outlive this.
    explicit commit_horizon(const tape::tapes& of) : tapes_{of}, newest_(of.symbols().size()) {}

    // The era of the tapes that this belongs to. What was read in one era means nothing in another.
    tape::tapes::era_number era() const noexcept { return era_; }

    // Every tick up to here may be sent.
    position until() const noexcept { return until_; }
    // No tick of a symbol that is watched lies after this, up to until(). It may be later than its
    // newest tick, and is never earlier.
    position newest(symbol_id symbol) const noexcept { return newest_[index_of(symbol)]; }

    // Returns true if a new era has begun, of which nothing has been seen yet. Called before
    // look().
    bool enter_era() noexcept
    {
        const auto now = tapes_.era();
        if (now == era_ || now % 2 != 0)
            return false;
        era_ = now;
        until_ = {};
        std::ranges::fill(newest_, position{});
        return true;
    }
    // Looks at all watched symbols. Calls news(symbol, newest) for each that has news: `newest` is
    // the position of its newest tick, or none if that tick may not be sent yet.
    template <class News>
    void look(std::span<const symbol_id> watched, News news)
    {
        const auto until = tapes_.committed();
        if (tapes_.era() != era_)
            return;  // a new era rings the bell again
        until_ = until;
        for (const auto symbol : watched)
            look_at(symbol, news);
    }
    // Looks at one symbol, up to where all others have been looked at: to be called before the
    // first subscriber of it is served.
    template <class News>
    void look_at(symbol_id symbol, News news)
    {
        const auto newest = tapes_.newest(symbol);
        auto& seen = newest_[index_of(symbol)];
        if (newest <= seen)
            return;
        // A tick beyond until_ rings the bell again. There may be older ones below it: assume so.
        seen = std::min(newest, until_);
        news(symbol, newest <= until_ ? std::optional{newest} : std::nullopt);
    }

private:
    const tape::tapes& tapes_;
    tape::tapes::era_number era_ = 0;
    position until_;
    std::vector<position> newest_;
};

}  // namespace tickertape::hub
