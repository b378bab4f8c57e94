#include "backfill_on_demand.hpp"

#include "asio/no_throw.hpp"
#include "feed_choice.hpp"
#include "net/tls_trust.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace tickertape {

using condition = web::backfill_report::condition;

bool backfill_on_demand::is_wanted(const config::settings& s)
{
    return !s.admin_token.empty() && kind_of_feed(s.providers) == archive::feed_kind::live &&
           std::ranges::any_of(s.providers, has_candles);
}

backfill_on_demand::backfill_on_demand(
    const config::settings& s, const backfill_at_start::parts& of)
    : of_{of}, trust_{net::make_tls_context(s.live.ca_file)},
      sources_{candle_sources(s, of, trust_)}, shelf_{shelf_of(of)}, waiting_{of.strand},
      task_{of.strand, of.log, "candles that were ordered: an internal error"}
{
}

void backfill_on_demand::start()
{
    task_.start([this] { return run(); });
}

void backfill_on_demand::stop()
{
    task_.stop();
}

web::backfill_desk::reply backfill_on_demand::begin(const web::backfill_order& wanted)
{
    if (!of_.archive.writes())
        return reply::not_here;
    {
        const std::scoped_lock lock{mutex_};
        if (report_.state == condition::running)
            return reply::busy;
        report_ = {.state = condition::running, .order = wanted, .began = of_.time.wall_now()};
        next_ = wanted;
    }
    boost::asio::post(of_.strand, [this] { waiting_.cancel(); });
    return reply::begun;
}

web::backfill_report backfill_on_demand::now() const
{
    const std::scoped_lock lock{mutex_};
    return report_;
}

asio::awaitable<void> backfill_on_demand::run()
{
    while (!task_.stopping()) {
        std::optional<web::backfill_order> order;
        {
            const std::scoped_lock lock{mutex_};
            order = std::exchange(next_, {});
        }
        if (order) {
            co_await carry_out(*std::move(order));
            continue;
        }
        // Cancelled by stop(), and where there is an order.
        waiting_.expires_at(asio::steady_timer::time_point::max());
        const auto [woken] = co_await waiting_.async_wait(no_throw);
        static_cast<void>(woken);
    }
}

asio::awaitable<void> backfill_on_demand::carry_out(web::backfill_order order)
{
    backfill::wish wanted{
        .symbols = order.symbols,
        .of = series::interval::d1,
        .from = order.from,
        .until = order.to + std::chrono::days{1}};
    backfill work{
        {of_.symbols, sources_, *shelf_, of_.time,
         [this](const backfill::outcome&) {
             const std::scoped_lock lock{mutex_};
             ++report_.requests;
         },
         [this](const backfill::outcome& of) { tell(of); }},
        std::move(wanted)};
    const auto how = co_await work.run();
    web::backfill_report done;
    {
        const std::scoped_lock lock{mutex_};
        report_.state = how == backfill::ending::complete   ? condition::complete
                        : how == backfill::ending::not_kept ? condition::failed
                                                            : condition::incomplete;
        report_.ended = of_.time.wall_now();
        done = report_;
    }
    of_.log.info(
        "candles that were ordered", {{"state", web::text_of(done.state)},
                                      {"fetched", done.fetched},
                                      {"refused", done.refused},
                                      {"requests", done.requests},
                                      {"problems", done.problems.size()}});
}

void backfill_on_demand::tell(const backfill::outcome& of)
{
    const std::scoped_lock lock{mutex_};
    report_.fetched += of.put + of.longer;
    report_.refused += of.refused;
    if (!of.problem.empty() && !task_.stopping())
        of_.log.warn(
            "candles that were ordered cannot be had", {{"symbol", of_.symbols.name(of.symbol)},
                                                        {"provider", of.provider},
                                                        {"why", of.problem}});
    if (!of.problem.empty() && report_.problems.size() < web::backfill_report::problems_listed_max)
        report_.problems.push_back(
            {.symbol = of_.symbols.name(of.symbol), .provider = of.provider, .why = of.problem});
}

}  // namespace tickertape
