// A page of the ticks of one symbol, put together of what memory holds and of what an archive
// answers.
//
// A page that has a beginning goes forwards: the archive first, then memory. One without goes
// backwards: memory first, then the archive. A page never leads past a hole: it ends there, and the
// next one begins by telling it.
//
// Threads: one.
#pragma once

#include "series/history.hpp"
#include "sse/event.hpp"
#include "tape/tapes.hpp"
#include "web/history_request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tickertape::web {

class history_page {
public:
    // All outlive this.
    history_page(
        const tape::tapes& prices, const source_table& sources, symbol_id of,
        const history_request& wanted);

    // Reads memory. Called once: before the archive is asked if the page goes backwards, and after
    // it has answered if it goes forwards.
    void read_memory();
    // What memory does not hold of this page, or no longer does; none: it is whole without it.
    std::optional<series::tick_query> query();
    // The answer to that.
    void take(series::tick_answer found);
    // There is no answer. Returns whether the page is of use without it: one that goes backwards
    // ends where memory does.
    bool can_do_without() noexcept;

    bool goes_forwards() const noexcept { return wanted_.after.has_value(); }
    // The answer of the route.
    std::string json() const;

private:
    struct gap {
        position from;
        position to;
        sse::gap_reason why;
    };

    // Rows of the answer, in position order.
    struct block {
        std::string text{};  // each begins with a comma
        std::size_t count = 0;
        position first{};  // position{}: there are none
        position last{};
    };

    void read_forwards();
    void read_backwards();
    void take_forwards(series::tick_answer found);
    void take_backwards(series::tick_answer found);
    // Every tick after it is in memory.
    position held_after() const noexcept;
    gap gap_of(position from, position to, gap_cause why) const noexcept;
    std::optional<gap> gap_behind(position after, const std::optional<tape::hole>& hole) const;
    // The ticks of memory from one number up to another, at most so many. Returns the number behind
    // the last one.
    tape::symbol_tape::index add_held(
        block& to, tape::symbol_tape::index from, tape::symbol_tape::index until,
        std::size_t most) const;
    static void
    add(block& to, position at, price value, std::string_view source, unsigned combined);
    static void append(block& to, const block& more);
    void end_at(position p) noexcept;
    std::string next() const;

    const tape::tapes& prices_;
    const source_table& sources_;
    const symbol_id symbol_;
    const tape::symbol_tape& tape_;
    const history_request& wanted_;
    series::tick_query asked_{};
    block rows_;
    // Forwards: the page tells all up to there. Backwards: all after it.
    position reached_;
    bool has_more_ = false;
    bool is_over_ = false;
    std::optional<gap> gap_;
};

}  // namespace tickertape::web
