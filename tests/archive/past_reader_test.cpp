// Questions about the past are answered in turn, and refused where too many wait.
#include "archive/past_reader.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <future>
#include <semaphore>

using namespace tickertape;
using namespace tickertape::archive;
using namespace std::chrono_literals;

namespace {

tape::past_query after(std::uint64_t ms)
{
    return {{symbol_id{0}}, position{ms, 0}, {}, 10};
}

}  // namespace

TEST_CASE("an answer is what was read, or the reason why not", "[archive]")
{
    past_reader reader{[](const tape::past_query& q) -> archive::result<tape::past_batch> {
        if (q.after.ms() == 7)
            return failure{archive_errc::disk_failed, "EIO"};
        return tape::past_batch{q.after, q.after.next(), {}};
    }};
    std::promise<tickertape::result<tape::past_batch>> good;
    std::promise<tickertape::result<tape::past_batch>> bad;
    reader.read(after(5), [&](auto answer) { good.set_value(std::move(answer)); });
    reader.read(after(7), [&](auto answer) { bad.set_value(std::move(answer)); });
    CHECK(good.get_future().get()->from == position{5, 0});
    CHECK(bad.get_future().get().error() == archive_errc::disk_failed);
    CHECK(reader.now().batches == 1);
    CHECK(reader.now().failures == 1);
}

TEST_CASE("more questions than may wait are refused, and those that wait at the end", "[archive]")
{
    std::counting_semaphore<8> begun{0};
    std::counting_semaphore<8> go_on{0};
    std::atomic<int> answers{0};
    {
        past_reader reader{
            [&](const tape::past_query& q) -> archive::result<tape::past_batch> {
                begun.release();
                go_on.acquire();
                return tape::past_batch{q.after, q.after, {}};
            },
            1};
        reader.read(after(1), [&](auto) { ++answers; });
        begun.acquire();
        reader.read(after(2), [&](auto) { ++answers; });
        boost::system::error_code refused;
        reader.read(after(3), [&](auto a) { refused = a.error(); });
        CHECK(refused == archive_errc::busy);
        CHECK(reader.now().refused == 1);
        // Of the second it is open whether it is read before the end comes.
        go_on.release(2);
    }
    CHECK(answers == 2);
}
