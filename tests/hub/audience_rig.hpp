// The subscribers of a lane without the lane: no thread, and time stands still until the test moves
// it. Nothing is sent until the test says so.
#pragma once

#include "hub/audience.hpp"
#include "hub/held.hpp"
#include "hub/lane_rig.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <optional>
#include <stdexcept>
#include <sys/socket.h>

namespace tickertape {

class stepped_clock final : public clock {
public:
    wall_time wall_now() const noexcept override { return wall_time{at}; }
    steady_time steady_now() const noexcept override { return steady_time{at}; }

    std::chrono::milliseconds at{10'000};
};

struct audience_rig {
    explicit audience_rig(
        held& from, const hub::lane_limits& limits = quiet_limits(),
        const series::change_log* changes = nullptr, const hub::topic_board* topics = nullptr)
        : h{from}, of{from.ticks, from.sources, time, limits, [this] { ++emptied; },
                      changes,    topics}
    {
    }

    // A subscriber of all symbols that begins at the newest tick, and has been sent what there is.
    far_end subscribe(
        sse::framing how = sse::framing::raw, hub::topic_set topics = 0,
        std::optional<position> topics_known = {})
    {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw std::runtime_error{"no socket pair"};
        hub::subscription wanted;
        wanted.socket = hub::stream_socket{ends[0]};
        wanted.terms.symbols.assign(h.symbols.all().begin(), h.symbols.all().end());
        wanted.terms.how = how;
        wanted.terms.topics = topics;
        wanted.topics_known = topics_known;
        wanted.cursor = hub::stream_cursor::newest(h.ticks.committed());
        of.prepare(wanted);
        newest = of.add(std::move(wanted));
        of.begin(newest);
        return far_end{ends[1]};
    }

    held& h;
    stepped_clock time;
    int emptied = 0;
    hub::audience of;
    hub::subscriber_id newest = 0;
    boost::asio::io_context context;  // runs only where the test polls it
};

}  // namespace tickertape
