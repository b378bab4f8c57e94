#include "hub/lane.hpp"

#include "hub/past_frames.hpp"

#include <boost/asio/post.hpp>

namespace tickertape::hub {

namespace asio = boost::asio;

namespace {

poller::key key_of(subscriber_id id, std::uint32_t generation) noexcept
{
    return static_cast<poller::key>(generation) << 32 | id;
}

}  // namespace

lane::lane(
    const tape::tapes& from, const source_table& sources, const clock& time, lane_limits limits,
    tape::past* older, const series::change_log* changes, const topic_board* topics)
    : poller_{context_, [this](poller::event e) { on_socket(e); }, [this] { on_wake(); }},
      audience_{from, sources, time, limits, [this] { on_empty(); }, changes, topics},
      sweeper_{context_, audience_, [this](bool on) { poller_.listen(on); }},
      upkeep_{context_, audience_, sweeper_}, drain_{context_, audience_}
{
    if (older != nullptr)
        past_.emplace(context_, audience_, poller_, *older, [this](subscription s, bool leaves) {
            admit(std::move(s), leaves ? arrival::leaving : arrival::from_past);
        });
    poller_.start();
    upkeep_.start();
}

void lane::run() noexcept
{
    context_.run();
}

void lane::stop()
{
    asio::post(context_, [this] {
        close_all();
        poller_.stop();
        upkeep_.stop();
        context_.stop();
    });
}

void lane::abandon()
{
    asio::post(context_, [this] { close_all(); });
}

void lane::close_all()
{
    if (past_)
        past_->close_all();
    audience_.remove_all();
}

void lane::drain(std::chrono::milliseconds over, std::function<void()> done)
{
    asio::post(context_, [this, over, done = std::move(done)]() mutable {
        // Those in the past are sent away at once: there are few, and all are told another time to
        // come back.
        drains_ = true;
        if (past_)
            past_->hand_over_all();
        drain_.begin(over, std::move(done));
    });
}

void lane::subscribe(subscription wanted)
{
    if (wanted.terms.candles)
        return subscribe_to_candles(std::move(wanted));
    audience_.prepare(wanted);
    if (!begins_in_past(wanted)) {
        admit(std::move(wanted), arrival::anew);
        return;
    }
    audience_.look_at_clock();
    if (!past_->start(wanted))
        refuse(std::move(wanted));
}

void lane::subscribe_to_candles(subscription wanted)
{
    if (!audience_.has_room_for(wanted)) {
        audience_.counters().candle_streams_refused.add();
        refuse(std::move(wanted));
        return;
    }
    audience_.add_changes(wanted);
    audience_.prepare(wanted);
    admit(std::move(wanted), arrival::anew);
}

// One more than there is room for is told when to come back, as a busy server tells it.
void lane::refuse(subscription wanted)
{
    wanted.is_refused = true;
    std::string block;
    sse::append_busy(block, audience_.jittered_busy());
    wanted.beginning.clear();
    sse::append_framed(wanted.beginning, wanted.terms.how, block);
    audience_.prepare(wanted);
    admit(std::move(wanted), arrival::refused);
}

bool lane::begins_in_past(const subscription& wanted) const
{
    return past_ && !drains_ &&
           needs_past(wanted.terms, wanted.cursor, wanted.era, audience_.ticks());
}

void lane::admit(subscription wanted, arrival how)
{
    if (audience_.size() == 0)
        poller_.listen(true);
    const int descriptor = wanted.socket.descriptor();
    const auto id = audience_.add(std::move(wanted));
    const auto key = key_of(id, audience_.of(id).generation);
    if (how == arrival::from_past || how == arrival::leaving) {
        poller_.rename(descriptor, key);
    } else if (!poller_.add(descriptor, key)) {
        audience_.counters().refused.add();
        audience_.remove(id);
        return;
    }
    if (drains_)
        audience_.send_away(id);
    else if (how == arrival::leaving || how == arrival::refused)
        audience_.end(id, {});
    else
        audience_.begin(id);
    sweeper_.go_on();
}

void lane::on_empty()
{
    poller_.listen(false);
    drain_.report_if_over();
}

void lane::on_wake()
{
    audience_.counters().wakes.add();
    sweeper_.on_wake();
}

void lane::on_socket(poller::event e)
{
    if (past_ && past_replays::is_key(e.whose))
        return past_->on_socket(e);
    const auto id = static_cast<subscriber_id>(e.whose & 0xffff'ffff);
    if (id >= audience_.id_end() || !audience_.has(id) ||
        e.whose != key_of(id, audience_.of(id).generation))
        return;  // it left before its event was taken
    subscriber& s = audience_.of(id);
    auto& counters = audience_.counters();
    if (e.closed) {
        if (s.socket.has_timed_out())
            counters.timed_out.add();
        audience_.remove(id);
        return;
    }
    // A peer that closed its half is leaving, and usually has left: then what it is sent here comes
    // back as a reset. One that still reads gets the end of the response, not a cut.
    const bool leaves = e.half_closed && !s.finishing;
    const bool goes_on = e.writable && s.behind;
    if (!leaves && !goes_on)
        return;
    if (goes_on) {
        s.behind = false;
        counters.behind.subtract();
    }
    audience_.look_at_clock();
    if (leaves)
        audience_.end(id, {});
    else
        audience_.go_on(id);
    sweeper_.go_on();
}

}  // namespace tickertape::hub
