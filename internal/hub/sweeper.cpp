#include "hub/sweeper.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace tickertape::hub {

namespace asio = boost::asio;

sweeper::sweeper(asio::io_context& context, audience& of, std::function<void(bool)> listen)
    : context_{context}, audience_{of}, listen_{std::move(listen)}, rest_timer_{context},
      release_timer_{context}, pace_{of.limits().pace}
{
}

void sweeper::on_wake()
{
    audience_.look_at_clock();
    const auto due = pace_.next();
    if (audience_.now().steady < due)
        rest_until(due);
    else
        begin();
}

// Ticks that come meanwhile ring no bell: waking the lane for each would cost more than sending it.
void sweeper::rest_until(milliseconds then)
{
    listen_(false);
    rest_timer_.expires_after(then - audience_.now().steady);
    rest_timer_.async_wait([this](boost::system::error_code stopped) {
        if (stopped)
            return;
        listen_(audience_.size() > 0);
        begin();
    });
}

void sweeper::begin()
{
    audience_.look_at_tapes();
    pace_.begin(audience_.now().steady);
    if (!is_posted_)
        sweep_slice();
}

void sweeper::go_on()
{
    if (!audience_.queue().empty())
        post_slice();
    arm_release();
}

void sweeper::post_slice()
{
    if (is_posted_)
        return;
    is_posted_ = true;
    asio::post(context_, [this] {
        is_posted_ = false;
        audience_.look_at_tapes();
        sweep_slice();
    });
}

void sweeper::sweep_slice()
{
    audience_.queue().run(
        audience_.limits().slice_subscribers, audience_.now().steady, [this](subscriber_id id) {
            const auto came_to = audience_.visit(id);
            if (came_to == sweep_queue::visited::served)
                pace_.count_served();
            return came_to;
        });
    audience_.planner().forget();  // groups that were found empty have gone
    go_on();
}

// For groups that are not to be visited before their time.
void sweeper::arm_release()
{
    const auto due = audience_.queue().next_due();
    if (!due || due == released_at_)
        return;
    released_at_ = due;
    release_timer_.expires_after(std::max(*due - audience_.now().steady, milliseconds{1}));
    release_timer_.async_wait([this](boost::system::error_code stopped) {
        if (stopped)
            return;
        released_at_.reset();
        audience_.look_at_tapes();
        audience_.queue().release(audience_.now().steady);
        if (!is_posted_)
            sweep_slice();
    });
}

}  // namespace tickertape::hub
