#include "hub/lane_drain.hpp"

#include <utility>

namespace tickertape::hub {
namespace {

// How often the drain sends some subscribers away.
constexpr std::chrono::milliseconds step{20};

}  // namespace

void lane_drain::begin(std::chrono::milliseconds over, std::function<void()> done)
{
    audience_.look_at_clock();
    has_begun_ = true;
    done_ = std::move(done);
    began_ = audience_.now().steady;
    pace_ = {audience_.size(), over, audience_.limits().sent_away_per_second};
    send_away_some();
    report_if_over();
}

void lane_drain::send_away_some()
{
    audience_.look_at_clock();
    const auto due = pace_.gone(audience_.now().steady - began_);
    for (; next_ < audience_.id_end() && sent_away_ < due; ++next_) {
        if (!audience_.has(next_) || audience_.of(next_).finishing)
            continue;
        ++sent_away_;
        audience_.send_away(next_);
    }
    if (next_ >= audience_.id_end())
        return;
    timer_.expires_after(step);
    timer_.async_wait([this](boost::system::error_code stopped) {
        if (!stopped)
            send_away_some();
    });
}

void lane_drain::report_if_over()
{
    if (has_begun_ && audience_.size() == 0 && done_)
        std::exchange(done_, nullptr)();
}

}  // namespace tickertape::hub
