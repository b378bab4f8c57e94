// Ticks that are older than what the tapes hold, kept elsewhere: an archive on disk, for example.
//
// A reader asks for one batch after another until it comes to a position that is on the tapes. An
// answer says of which range it knows every tick, so a reader never takes an absent tick for one
// that was never there.
#pragma once

#include "core/errors.hpp"
#include "core/gap_cause.hpp"
#include "core/tick.hpp"

#include <functional>
#include <string>
#include <vector>

namespace tickertape::tape {

// A tick with the name of its source: numbers of sources belong to one process, and only the
// writer's thread may give them out.
struct past_tick {
    position at;
    symbol_id symbol;
    price value;
    std::string source;
    unsigned combined = 0;  // how many providers the source combines
};

// Asks for the first ticks of `symbols` after `after`, at most `ticks_max`. Ticks after `until` are
// on the tapes and need not be given.
struct past_query {
    std::vector<symbol_id> symbols;
    position after;
    position until;
    std::size_t ticks_max;
};

// Every tick of the symbols after `from`, up to and including `to`, in position order. `from` is
// later than query.after if the past does not reach back so far, or has a hole there; `why` says
// which. An answer with from == to says that nothing is known behind that.
struct past_batch {
    position from;
    position to;
    std::vector<past_tick> ticks;
    gap_cause why = gap_cause::evicted;  // of what lies between query.after and `from`
};

// Threads: read() from any, at the same time as well; it must neither block nor throw. `answer` is
// called exactly once for each read(), on any thread. It may be called after those who asked have
// gone.
class past {
public:
    using on_answer = std::function<void(result<past_batch>)>;

    virtual void read(past_query query, on_answer answer) = 0;

protected:
    ~past() = default;
};

}  // namespace tickertape::tape
