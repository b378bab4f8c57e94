#include "hub/delivery.hpp"

namespace tickertape::hub {

delivery::outcome delivery::pump(subscriber& s, const stream_terms& terms, const lane_moment& at)
{
    if (terms.interval.count() > 0 && s.is_served && s.served_at.age(at.now()) < terms.interval) {
        const auto sent = send_rest(s, at);
        return sent == outcome::up_to_date ? outcome::early : sent;
    }
    std::size_t turn = 0;
    std::size_t taken = 0;
    for (;;) {
        const auto& batch = planner_.next(terms, s.cursor, seen_, at.boot);
        if (batch.empty()) {
            s.cursor = batch.then;
            const bool ends = batch.ends;
            const auto sent = send_rest(s, at);
            if (sent != outcome::up_to_date)
                return sent;
            if (ends)
                return outcome::away;
            s.caught_up(at.now());
            return sent;
        }
        const auto sent = flush(s, batch.bytes(), taken, at);
        if (sent == outcome::gone)
            return sent;
        const auto progress = progress_of(s.cursor, batch, taken);
        s.cursor = progress.cursor;
        counters_.count(progress);
        s.pace_mark += static_cast<std::uint32_t>(progress.frames());
        if (progress.news() > 0) {
            s.is_served = true;
            s.served_at = at.now();
        }
        if (!progress.rest.empty())
            hold(s, std::make_unique<std::string>(progress.rest));
        if (sent == outcome::behind)
            return sent;
        if (batch.completes) {
            s.caught_up(at.now());
            return outcome::up_to_date;
        }
        // A pass that had been cut is over: newer ticks wait until they are due.
        if (terms.interval.count() > 0 && progress.news() > 0 && !s.cursor.is_passing())
            return outcome::early;
        turn += taken;
        if (turn >= limits_.turn_bytes) {
            counters_.turns_cut.add();
            return outcome::more;
        }
    }
}

delivery::outcome delivery::send(subscriber& s, std::string_view frame, const lane_moment& at)
{
    std::size_t taken = 0;
    const auto sent = flush(s, frame, taken, at);
    if (sent == outcome::behind && taken > 0 && taken < frame.size())
        hold(s, std::make_unique<std::string>(frame.substr(taken)));
    return sent;
}

delivery::outcome delivery::tell(subscriber& s, std::string_view frame, const lane_moment& at)
{
    auto all = s.unsent ? *s.unsent : std::string{};
    all += frame;
    hold(s, std::make_unique<std::string>(std::move(all)));
    return send_rest(s, at);
}

void delivery::hold(subscriber& s, std::unique_ptr<std::string> bytes)
{
    counters_.unsent_bytes.subtract(s.held_bytes());
    s.unsent = std::move(bytes);
    counters_.unsent_bytes.add(s.held_bytes());
}

// Sends the rest of a frame that was cut. Without one the subscriber is up to date.
delivery::outcome delivery::send_rest(subscriber& s, const lane_moment& at)
{
    if (!s.unsent && !s.socket.holds_back())
        return outcome::up_to_date;
    std::size_t none = 0;
    return flush(s, {}, none, at);
}

// Sends what is left from before, and `more` after it. `taken` becomes the number of bytes of
// `more` that went.
delivery::outcome
delivery::flush(subscriber& s, std::string_view more, std::size_t& taken, const lane_moment& at)
{
    const auto before = s.unsent ? std::string_view{*s.unsent} : std::string_view{};
    const auto held = s.held_bytes();
    const auto sent = s.socket.send(before, more);
    counters_.writes.add();
    taken = 0;
    if (sent.what == stream_socket::outcome::vanished)
        counters_.timed_out.add();
    if (sent.what == stream_socket::outcome::vanished || sent.what == stream_socket::outcome::gone)
        return outcome::gone;
    counters_.bytes.add(sent.bytes);
    if (sent.bytes > 0)
        s.sent_at = at.now();
    if (sent.bytes < before.size()) {
        s.unsent->erase(0, sent.bytes);
    } else {
        taken = sent.bytes - before.size();
        s.unsent.reset();
    }
    counters_.unsent_bytes.add(s.held_bytes() - held);  // or less: it wraps
    if (sent.what == stream_socket::outcome::all)
        return outcome::up_to_date;
    s.behind = true;
    counters_.behind.add();
    counters_.fell_behind.add();
    return outcome::behind;
}

delivery::outcome delivery::end(
    subscriber& s, const stream_terms& terms, std::string_view block, const lane_moment& at)
{
    s.finishing = true;
    s.leaves_at = at.now() + limits_.farewell;
    std::string last = s.unsent ? *s.unsent : std::string{};
    sse::append_framed(last, terms.how, block);
    last += sse::end_of_stream(terms.how);
    hold(s, std::make_unique<std::string>(std::move(last)));
    return go_on_ending(s, at);
}

delivery::outcome delivery::go_on_ending(subscriber& s, const lane_moment& at)
{
    if (s.behind)
        return outcome::behind;
    const auto sent = send_rest(s, at);
    if (sent == outcome::up_to_date)
        s.socket.finish();
    return sent;
}

}  // namespace tickertape::hub
