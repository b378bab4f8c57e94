#include "topic_publisher.hpp"

#include "asio/no_throw.hpp"

#include <algorithm>
#include <utility>

namespace tickertape {
namespace {

bool are_same(const hub::topic_state& a, const hub::topic_state& b)
{
    return a.head == b.head &&
           std::ranges::equal(a.parts, b.parts, [](const auto& x, const auto& y) {
               return x.key == y.key && x.text == y.text;
           });
}

}  // namespace

topic_publisher::topic_publisher(const parts& with, web::site of)
    : with_{with}, site_{std::move(of)}, timer_{with.strand},
      task_{with.strand, with.log, "the topics of streams: an internal error"}
{
}

void topic_publisher::start()
{
    task_.start([this] { return run(); });
}

void topic_publisher::stop()
{
    task_.stop();
}

template <class Snapshot>
std::shared_ptr<const Snapshot> topic_publisher::news_of(
    watched_board<Snapshot>* board, seen<Snapshot>& last, boot_time now, bool is_followed)
{
    if (board == nullptr)
        return nullptr;
    auto newest = is_followed ? board->read(now) : board->newest();
    const bool is_stale = newest && newest->is_stale(now);
    if (newest == last.what && is_stale == last.is_stale)
        return nullptr;
    last = {newest, is_stale};
    return newest;
}

boost::asio::awaitable<void> topic_publisher::run()
{
    auto kpis_due = with_.time.steady_now();
    while (!task_.stopping()) {
        const auto now = now_of(with_.time);
        const bool is_followed = with_.is_followed();
        const auto table = news_of<market::snapshot>(site_.market, table_, now.boot, is_followed);
        if (table)
            post(web::topic::market, web::market_topic(site_, *table, now.boot));
        if (const auto items = news_of<news::snapshot>(site_.news, items_, now.boot, is_followed))
            post(web::topic::news, web::news_topic(*items, now));
        // A new table is news of Bitcoin, and who waits for the first figures waits no longer.
        const bool has_none = posted_[static_cast<std::size_t>(web::topic::kpis)] == nullptr;
        if (site_.market != nullptr && (now.steady >= kpis_due || table || has_none)) {
            kpis_due = now.steady + kpis_every;
            post(web::topic::kpis, co_await web::kpi_topic(site_, now, is_followed));
        }
        if (task_.stopping())
            co_return;
        timer_.expires_after(look_every);
        const auto [woken] = co_await timer_.async_wait(no_throw);
        static_cast<void>(woken);
    }
}

void topic_publisher::post(web::topic which, web::topic_text now)
{
    const auto number = static_cast<std::size_t>(which);
    if (!now || (posted_[number] && are_same(*posted_[number], *now)))
        return;
    posted_[number] = now;
    with_.to.post(number, std::move(now));
}

}  // namespace tickertape
