// How far a lane has seen the tapes: what it sends ends there, and of which symbols there is news
// is known without asking their tapes again for each subscriber.
//
// Threads: one, its lane's.
#pragma once

#include "tape/tapes.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

namespace tickertape {

class horizon {
public:
    // Sees nothing at first. The tapes outlive this.
    explicit horizon(const tapes& of) : tapes_{of}, newest_(of.symbols().size()) {}

    // Of which era of the tapes all this is. What is read from them is worth nothing in another.
    tapes::era_number era() const noexcept { return era_; }

    // Every tick up to here may be sent.
    position until() const noexcept { return until_; }
    // No tick of a symbol that is watched lies after this, up to until(). It may be later than its
    // newest tick, and is never earlier.
    position newest(symbol_id symbol) const noexcept { return newest_[index_of(symbol)]; }

    // Takes note of a new era, before look(): nothing of it has been seen yet. Returns whether
    // there is one that has begun.
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
    // Looks at everything that is watched. Calls news(symbol, newest) where there is any: the
    // position of its newest tick, or none where that is one which may not be sent yet.
    template <class News>
    void look(std::span<const symbol_id> watched, News news)
    {
        const auto until = tapes_.committed();
        if (tapes_.era() != era_)
            return;  // it is told with a wake of its own
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
        // A tick beyond comes with a wake of its own; what hides behind it is assumed to be there.
        seen = std::min(newest, until_);
        news(symbol, newest <= until_ ? std::optional{newest} : std::nullopt);
    }

private:
    const tapes& tapes_;
    tapes::era_number era_ = 0;
    position until_;
    std::vector<position> newest_;
};

}  // namespace tickertape
