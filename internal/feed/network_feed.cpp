#include "feed/network_feed.hpp"

#include "core/noted_time.hpp"
#include "market/errors.hpp"
#include "market/kept_network.hpp"
#include "market/network_figures.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "json/errors.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>
#include <vector>

namespace tickertape::feed {

namespace asio = boost::asio;

network_feed::network_feed(const parts& of, market::cadence rhythm, sources asked)
    : with_{of}, stale_after_{3 * rhythm.watched},
      board_{rhythm.watched_for, [this] { rounds_.look_again(); }}, sources_{std::move(asked)},
      rounds_{of.strand, of.time, of.log, rhythm, "bitcoin's network: an internal error"}
{
    assert(sources_.mempool && sources_.blockchain);
    publish_figures();
}

void network_feed::start()
{
    rounds_.start(
        [this] { return board_.is_watched(with_.time.boot_now()); }, [this] { return fetch(); });
}

void network_feed::stand_by(bool stands_by)
{
    rounds_.stand_by(stands_by);
}

void network_feed::stop()
{
    rounds_.stop();
}

asio::awaitable<bool> network_feed::fetch()
{
    const auto failures = failures_.value();
    const bool has_chain = co_await fetch_mempool_chain();
    if (has_chain)
        co_await fetch_extras();
    bool succeeded = has_chain;
    if (!succeeded && !rounds_.stopping()) {
        const bool has_other = co_await fetch_blockchain_chain();
        succeeded = has_other;
    }
    if (!succeeded && sources_.blockchair && !rounds_.stopping()) {
        const bool has_third = co_await fetch_blockchair_chain();
        succeeded = has_third;
    }
    if (rounds_.stopping())
        co_return false;
    if (succeeded)
        post();
    if (failures_.value() == failures)
        said_.clear();
    co_return succeeded;
}

asio::awaitable<bool> network_feed::fetch_mempool_chain()
{
    market::block newest;
    read_function read = [&](const net::http_response& answer) -> std::optional<fetch_error> {
        const auto said = market::read_mempool_blocks(answer);
        if (!said)
            return said.error();
        rows_left_out_.add(said->rows_left_out);
        newest = said->blocks.front();
        return refused(
            {.height = newest.height, .difficulty = newest.difficulty, .mined_at = newest.mined_at},
            market::mempool);
    };
    gated_client::request_function request = [] { return market::mempool_blocks_request(); };
    const bool has_newest =
        co_await ask(market::mempool, "blocks", std::move(request), std::move(read));
    if (!has_newest)
        co_return false;
    market::chain chain{
        .height = newest.height, .difficulty = newest.difficulty, .mined_at = newest.mined_at};
    const auto yesterday = co_await fetch_block(newest.height - market::day_blocks);
    if (yesterday)
        chain.day = market::window_between(*yesterday, newest);
    const auto before = co_await fetch_block(newest.height - market::fortnight_blocks);
    if (before)
        chain.fortnight = market::window_between(*before, newest);
    if (rounds_.stopping())
        co_return false;
    known_.blocks = now_said(chain, market::mempool);
    co_return true;
}

asio::awaitable<std::optional<market::block>> network_feed::fetch_block(std::int64_t height)
{
    market::block found;
    read_function read = [&](const net::http_response& answer) -> std::optional<fetch_error> {
        const auto said = market::read_mempool_blocks(answer);
        if (!said)
            return said.error();
        rows_left_out_.add(said->rows_left_out);
        const auto at = std::ranges::find(said->blocks, height, &market::block::height);
        if (at == said->blocks.end())
            return fetch_error{
                json::json_errc::missing_field, "no block " + std::to_string(height)};
        found = *at;
        return std::nullopt;
    };
    gated_client::request_function request = [height] {
        return market::mempool_blocks_request(height);
    };
    const bool has_found =
        co_await ask(market::mempool, "older blocks", std::move(request), std::move(read));
    co_return has_found ? std::optional{found} : std::nullopt;
}

// What only mempool.space has. Each may fail for itself.
asio::awaitable<void> network_feed::fetch_extras()
{
    const auto reader_of = [this](auto parse, auto& into) -> read_function {
        return
            [this, parse, &into](const net::http_response& answer) -> std::optional<fetch_error> {
                auto said = parse(answer);
                if (!said)
                    return said.error();
                into = now_said(*std::move(said), market::mempool);
                return std::nullopt;
            };
    };
    struct question {
        std::string_view what;
        gated_client::request_function request;
        read_function read;
    };
    const std::array<question, 3> questions{{
        {"difficulty adjustment", market::mempool_adjustment_request,
         reader_of(market::read_mempool_adjustment, known_.next)},
        {"fees", market::mempool_fees_request, reader_of(market::read_mempool_fees, known_.fees)},
        {"mempool", market::mempool_backlog_request,
         reader_of(market::read_mempool_backlog, known_.waiting)},
    }};
    for (const auto& one : questions) {
        const bool is_known = co_await ask(market::mempool, one.what, one.request, one.read);
        static_cast<void>(is_known);
        if (rounds_.stopping())
            co_return;
    }
}

asio::awaitable<bool> network_feed::fetch_blockchain_chain()
{
    market::chain chain;
    read_function read = [&](const net::http_response& answer) -> std::optional<fetch_error> {
        const auto said = market::read_blockchain_stats(answer, with_.time.wall_now());
        if (!said)
            return said.error();
        chain = *said;
        return refused(chain, market::blockchain);
    };
    gated_client::request_function request = market::blockchain_stats_request;
    const bool has_chain =
        co_await ask(market::blockchain, "stats", std::move(request), std::move(read));
    if (has_chain)
        known_.blocks = now_said(chain, market::blockchain);
    co_return has_chain;
}

asio::awaitable<bool> network_feed::fetch_blockchair_chain()
{
    market::chain chain;
    read_function read = [&](const net::http_response& answer) -> std::optional<fetch_error> {
        const auto said = market::read_blockchair_stats(answer);
        if (!said)
            return said.error();
        chain = *said;
        return refused(chain, market::blockchair);
    };
    gated_client::request_function request = market::blockchair_stats_request;
    const bool has_chain =
        co_await ask(market::blockchair, "stats", std::move(request), std::move(read));
    if (has_chain)
        known_.blocks = now_said(chain, market::blockchair);
    co_return has_chain;
}

gated_client& network_feed::client_of(std::string_view source) const
{
    if (source == market::mempool)
        return *sources_.mempool;
    return source == market::blockchain ? *sources_.blockchain : *sources_.blockchair;
}

asio::awaitable<bool> network_feed::ask(
    std::string_view source, std::string_view what, gated_client::request_function request,
    read_function read)
{
    const auto why = co_await client_of(source).ask(request, read);
    if (rounds_.stopping())
        co_return false;
    if (why) {
        failed(source, what, *why);
        co_return false;
    }
    answers_.add();
    co_return true;
}

std::optional<fetch_error> network_feed::refused(const market::chain& said, std::string_view source)
{
    auto verdict = trust_.judge(now_said(said, source), known_.blocks ? &*known_.blocks : nullptr);
    if (!verdict.why.empty())
        return fetch_error{market::market_errc::not_the_chain, std::move(verdict.why)};
    if (verdict.outvotes_known)
        with_.log.warn(
            "bitcoin's network was wrong", {{"source", source},
                                            {"height", said.height},
                                            {"known_source", known_.blocks->source},
                                            {"known_height", known_.blocks->what.height}});
    return std::nullopt;
}

template <class T>
market::said<T> network_feed::now_said(T what, std::string_view by) const
{
    const auto now = now_of(with_.time);
    return {.what = std::move(what), .source = by, .at = now.wall, .received = now.boot};
}

void network_feed::post()
{
    auto all = std::make_shared<market::network_snapshot>(market::network_snapshot{
        .parts = known_, .figures = market::figures_of(known_), .stale_after = stale_after_});
    withheld_.add(static_cast<std::uint64_t>(std::ranges::count_if(
        all->figures, [](const market::network_figure& one) { return !one.withheld.empty(); })));
    if (std::exchange(source_, known_.blocks->source) != known_.blocks->source)
        with_.log.info(
            "bitcoin's network", {{"source", source_}, {"height", known_.blocks->what.height}});
    board_.post(std::move(all));
    ++changes_;
}

std::string network_feed::write() const
{
    return write_kept(board_.newest()->parts);
}

std::optional<fetch_error> network_feed::take(std::string_view text)
{
    const auto now = now_of(with_.time);
    auto said = market::read_kept_network(text, now);
    if (!said)
        return said.error();
    if (known_.blocks && !is_later(said->blocks->at, known_.blocks->at, now.wall))
        return std::nullopt;
    known_ = *std::move(said);
    post();
    rounds_.note_success(now.steady - (now.boot - known_.blocks->received));
    return std::nullopt;
}

// One line for each reason, and not for each failure, until a whole round succeeds.
void network_feed::failed(std::string_view source, std::string_view what, const fetch_error& why)
{
    constexpr std::size_t said_bytes_max = 4'096;
    failures_.add();
    const auto words = std::string{source} + ' ' + std::string{what} + ": " + words_of(why) + '\n';
    if (said_.find(words) != std::string::npos)
        return;
    with_.log.warn(
        "network source failed", {{"source", source}, {"what", what}, {"why", words_of(why)}});
    if (said_.size() > said_bytes_max)
        said_.clear();
    said_ += words;
}

void network_feed::publish_figures()
{
    using kind = telemetry::metrics::kind;
    const auto sampled = [this](kind of, const char* name, const char* help, auto value) {
        with_.figures.sampled(
            of, name, help, {}, [this, value] { return static_cast<double>(value(*this)); });
    };
    sampled(
        kind::counter, "tickertape_network_answers_total",
        "Answers on Bitcoin's network that were read.",
        [](const network_feed& n) { return n.answers_.value(); });
    sampled(
        kind::counter, "tickertape_network_failures_total",
        "Times that a source gave no answer on Bitcoin's network.",
        [](const network_feed& n) { return n.failures_.value(); });
    sampled(
        kind::counter, "tickertape_network_figures_withheld_total",
        "Figures of Bitcoin's network that cannot be true and were not shown.",
        [](const network_feed& n) { return n.withheld_.value(); });
    sampled(
        kind::counter, "tickertape_network_rows_left_out_total",
        "Blocks in answers on Bitcoin's network that cannot be read or do not fit the others.",
        [](const network_feed& n) { return n.rows_left_out_.value(); });
    sampled(
        kind::gauge, "tickertape_network_age_seconds",
        "Age of the newest height of Bitcoin's chain; -1 where there is none.",
        [](const network_feed& n) {
            const auto now = n.board_.newest();
            if (!now)
                return -1.0;
            const auto age = n.with_.time.boot_now() - now->parts.blocks->received;
            return static_cast<double>(age.count()) / 1000;
        });
    const auto requests = [&](std::string_view source, const gated_client& client) {
        with_.figures.sampled(
            kind::counter, "tickertape_network_requests_total", "Requests for Bitcoin's network.",
            {{"source", std::string{source}}},
            [&client] { return static_cast<double>(client.requests().value()); });
    };
    requests(market::mempool, *sources_.mempool);
    requests(market::blockchain, *sources_.blockchain);
    if (sources_.blockchair)
        requests(market::blockchair, *sources_.blockchair);
}

}  // namespace tickertape::feed
