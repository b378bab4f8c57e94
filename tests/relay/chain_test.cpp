#include "relay/chain.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::relay;

namespace {

position at(std::uint64_t n)
{
    return {1000, n};
}
entry one(std::uint64_t n, std::uint64_t after)
{
    return {at(n), after == 0 ? position{} : at(after), "v1 h " + std::to_string(n)};
}

}  // namespace

TEST_CASE("What the next entry means for a reader follows from the one it names", "[relay][chain]")
{
    recent_entries held;
    held.add(one(1, 0));
    held.add(one(2, 1));
    held.add(one(5, 2));
    CHECK(link_of(one(6, 5), at(5), held) == link::next);
    CHECK(link_of(one(8, 7), at(5), held) == link::hole);
    CHECK(link_of(one(8, 2), at(5), held) == link::orphaned);
    CHECK(link_of(one(8, 4), at(5), held) == link::forked);
    CHECK(link_of(one(8, 0), at(5), held) == link::begun);
    CHECK(link_of(one(2, 1), at(5), held) == link::repeated);
    CHECK(link_of({at(2), at(1), "other"}, at(5), held) == link::conflict);
    CHECK(link_of(one(3, 2), at(5), held) == link::passed);
}

TEST_CASE("An entry that was put back closes no hole", "[relay][chain]")
{
    recent_entries held;
    held.add(one(1, 0));
    held.add(one(2, 1));
    held.add(one(5, 2));
    const auto put_back = [](std::uint64_t n, std::uint64_t after, std::uint64_t born_after) {
        auto e = one(n, after);
        e.born_after = at(born_after);
        return e;
    };
    // Who put it back did not have 7, which we lack too.
    CHECK(link_of(put_back(8, 5, 7), at(5), held) == link::hole);
    // The log was empty.
    CHECK(link_of(put_back(8, 0, 5), at(5), held) == link::next);
    CHECK(link_of(put_back(8, 0, 7), at(5), held) == link::hole);
    CHECK(link_of(put_back(8, 0, 2), at(5), held) == link::orphaned);
    CHECK(link_of(put_back(8, 0, 3), at(5), held) == link::forked);
    // It was put behind what another leader had appended meanwhile.
    CHECK(link_of(put_back(8, 5, 2), at(5), held) == link::next);
    CHECK(link_of(put_back(8, 7, 2), at(5), held) == link::hole);
}

TEST_CASE("To one who has read nothing a log begins, or begins with a hole", "[relay][chain]")
{
    CHECK(link_of(one(1, 0), position{}, {}) == link::next);
    CHECK(link_of(one(9, 8), position{}, {}) == link::hole);
}

TEST_CASE("Entries held are bounded, and each stands at its place", "[relay][chain]")
{
    recent_entries held{{.entries_max = 3, .bytes_max = 1000}};
    held.add(one(1, 0));
    held.add(one(5, 1));
    held.add(one(3, 1));
    held.add(one(3, 2));
    CHECK(held.size() == 3);
    CHECK(held.find(at(3))->after == at(1));
    CHECK(held.forgotten() == position{});
    held.add(one(7, 5));
    CHECK_FALSE(held.holds(at(1)));
    CHECK(held.forgotten() == at(1));
    CHECK(held.newest() == at(7));
    CHECK(held.before(at(5)) == at(3));
    CHECK(held.before(at(3)) == position{});
    CHECK(held.after(at(3), 1) == std::vector<entry>{one(5, 1)});
    CHECK(held.drop(at(3), at(5)) == 1);
    CHECK(held.drop(at(5), at(3)) == 0);
    CHECK(held.size() == 2);
}

TEST_CASE("The words of entries held are bounded too", "[relay][chain]")
{
    recent_entries held{{.entries_max = 100, .bytes_max = 20}};
    for (std::uint64_t n = 1; n < 10; ++n)
        held.add(one(n, n - 1));
    CHECK(held.size() == 3);
    CHECK(held.newest() == at(9));
}
