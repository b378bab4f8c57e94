#include "hub/notice_board.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::hub;

TEST_CASE("a notice board counts only what is news", "[hub]")
{
    notice_board board{2};
    const symbol_id first{0};
    const symbol_id second{1};

    CHECK(board.newest() == 0);
    CHECK_FALSE(board.set_stale(first, false));
    CHECK(board.newest() == 0);

    CHECK(board.set_stale(first, true));
    CHECK_FALSE(board.set_stale(first, true));
    CHECK(board.is_stale(first));
    CHECK_FALSE(board.is_stale(second));
    CHECK(board.changed(first) == 1);

    CHECK(board.set_stale(second, true));
    CHECK(board.set_stale(first, false));
    CHECK(board.changed(second) == 2);
    CHECK(board.changed(first) == 3);
    CHECK(board.newest() == 3);
}
