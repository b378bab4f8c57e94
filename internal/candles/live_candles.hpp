// The candles that the streams of one lane follow: one track for each symbol and interval that
// somebody wants, shared by all. Where nobody wants any it costs nothing.
//
// A track reads its tape when it is asked for events, and whenever all are read. In a new era of
// the tapes, what was followed is lost: those who follow it begin anew.
//
// Threads: one, its lane's.
#pragma once

#include "candles/candle_track.hpp"
#include "candles/event_ids.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace tickertape::candles {

// What a subscriber is sent of a candle.
struct candle_event {
    position id;
    symbol_id symbol{};
    series::kept_candle what;
};

class live_candles {
public:
    // The tapes outlive this.
    explicit live_candles(const tape::tapes& of) : tapes_{of}, reader_{of} {}

    bool empty() const noexcept { return tracks_.empty(); }
    std::size_t size() const noexcept { return tracks_.size(); }

    // A subscriber follows these symbols. `starts`: where their candles go on, one for each symbol,
    // of that era; or none, for one that is to be sent away. They are taken where nobody follows
    // the symbol yet.
    void join(
        std::span<const symbol_id> symbols, series::interval of, std::vector<track_start> starts,
        tape::tapes::era_number era);
    void leave(std::span<const symbol_id> symbols, series::interval of);

    // Looks how far the tapes are. Cheap.
    void look();
    // Calls news(symbol) for each of whose candles one has closed since it was last asked.
    template <class News>
    void read_all(News news)
    {
        for (auto& [whose, t] : tracks_)
            if (read(t) && t.track->closings() != t.told) {
                t.told = t.track->closings();
                news(whose.second);
            }
    }

    // Fills `out` with the events after `after`, in the order of their ids: all that closed, then
    // the candles that form. Returns false if some that closed are no longer known here.
    bool events_after(
        std::span<const symbol_id> symbols, series::interval of, position after,
        std::vector<candle_event>& out);
    // The first candle that closed after `after`, as its id; none if there is none.
    std::optional<position>
    first_closed_after(std::span<const symbol_id> symbols, series::interval of, position after);
    // Every candle that ends by then has closed.
    series::candle_time closed_until(series::interval of) const noexcept
    {
        return series::bucket_open(of, settled_);
    }

    // Changes whenever there may be other events.
    std::uint64_t version() const noexcept { return version_; }
    tape::tapes::era_number era() const noexcept { return era_; }

private:
    using key = std::pair<series::interval, symbol_id>;
    struct followed {
        std::optional<candle_track> track;  // none: it was lost
        std::size_t followers = 0;
        std::uint64_t told = 0;
        std::uint64_t read_at = 0;  // the version
    };

    bool read(followed& t);
    followed* find(series::interval of, symbol_id symbol);

    const tape::tapes& tapes_;
    tape::merged_reader reader_;
    std::map<key, followed> tracks_;
    tape::tapes::era_number era_ = 0;
    position until_;
    wall_time settled_{};
    std::uint64_t version_ = 1;
};

}  // namespace tickertape::candles
