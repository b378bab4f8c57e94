// Readers on threads of their own, beside the store. The forbidden outcome: a wrong tick, or one
// that is left out of a range that is said to be known.
#include "archive_fixture.hpp"

#include <atomic>
#include <thread>

namespace tickertape::archive::testing {

TEST_CASE("readers beside the store read the truth while it appends, seals and drops", "[archive]")
{
    constexpr int days = 4;
    constexpr int per_day = 600;
    const temporary_directory place;
    const auto s = open_store(place.path());
    std::vector<tape::past_tick> truth;
    for (int day = 0; day < days; ++day) {
        const auto of_day = ticks_from(morning + day * 24h, per_day);
        truth.insert(truth.end(), of_day.begin(), of_day.end());
    }
    std::atomic<bool> is_over{false};
    std::atomic<int> wrong{0};
    const std::vector<symbol_id> all(symbols().all().begin(), symbols().all().end());
    const auto read_along = [&](std::unique_ptr<reader> r) {
        do {  // Catch2 is for one thread, so what is wrong is counted
            position after;
            for (;;) {
                const auto answer =
                    r->read({all, after, position::from_packed(~std::uint64_t{0}), 64});
                if (!answer || answer->to <= answer->from) {
                    wrong += !answer;
                    break;
                }
                const auto first =
                    std::ranges::upper_bound(truth, answer->from, {}, &tape::past_tick::at);
                const auto end =
                    std::ranges::upper_bound(truth, answer->to, {}, &tape::past_tick::at);
                if (!same(std::vector<tape::past_tick>(first, end), answer->ticks))
                    ++wrong;
                after = answer->to;
            }
        } while (!is_over.load(std::memory_order_acquire));  // pairs with the store below
    };
    {
        std::thread one{read_along, s->make_reader()};
        std::thread two{read_along, s->make_reader()};
        for (std::size_t at = 0; at < truth.size(); at += 20) {
            CHECK(s->append(std::span{truth}.subspan(at, 20)));
            if (at % per_day == 200)
                CHECK(s->seal_finished_days(truth[at].at.time()));
            if (at % per_day == 400)
                CHECK(s->drop_days_before(day_of(truth[at].at) - std::chrono::days{1}));
            if (at % 100 == 0)
                CHECK(s->sync());
        }
        is_over.store(true, std::memory_order_release);  // what was appended is seen with it
        one.join();
        two.join();
    }
    CHECK(wrong.load(std::memory_order_relaxed) == 0);  // relaxed: both have been joined
    CHECK(s->make_reader()->newest(1)->ticks.size() == 4);
    CHECK(s->found().holes.empty());
    CHECK(s->verify()->empty());
}

}  // namespace tickertape::archive::testing
