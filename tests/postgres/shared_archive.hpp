// An archive that the instances of a cluster share, on a server of its own.
#pragma once

#include "archive_of.hpp"

namespace tickertape::postgres::testing {

struct shared_archive {
    own_server server;

    archive::result<std::unique_ptr<store>> try_open(
        const std::string& cluster = "tape at one:6379/0",
        std::chrono::milliseconds stuck_after = 30s) const
    {
        return store::open(
            feed_kind::live, {.now = morning,
                              .symbols = symbols(),
                              .url = server.url(),
                              .state_directory = server.directory() + "/state",
                              .boot = "boot one",
                              .cluster = cluster,
                              .stuck_after = stuck_after});
    }
    std::unique_ptr<store> open(std::chrono::milliseconds stuck_after = 30s) const
    {
        auto opened = try_open("tape at one:6379/0", stuck_after);
        if (!opened)
            FAIL(opened.error().text);
        return std::move(*opened);
    }
    connection beside() const
    {
        return connection{{server.url(), schema_of(feed_kind::live), "a test"}};
    }
    std::int64_t rows() const { return beside().ask("SELECT count(*) FROM ticks").integer(0, 0); }
};

inline std::vector<tape::past_tick> read_all(const store& of)
{
    const auto from = of.reader_of(symbols());
    const auto batch = from->read(
        {{symbols().all().begin(), symbols().all().end()},
         {},
         position::from_packed(~std::uint64_t{0}),
         100'000});
    if (!batch)
        FAIL(batch.error().text);
    return batch->ticks;
}

inline std::span<const tape::past_tick>
part(const std::vector<tape::past_tick>& of, std::size_t from, std::size_t until)
{
    return std::span{of}.subspan(from, until - from);
}

}  // namespace tickertape::postgres::testing
