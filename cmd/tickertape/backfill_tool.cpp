// `tickertape backfill`: candles of before, from providers into the archive.
#include "archive/candle_file.hpp"
#include "archive/store.hpp"
#include "archive/survey.hpp"
#include "asio/no_throw.hpp"
#include "backfill.hpp"
#include "core/text.hpp"
#include "core/timestamp.hpp"
#include "net/tls_trust.hpp"
#include "progress_bar.hpp"
#include "provider/registry.hpp"
#include "tools.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace tickertape {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

using archive::fetch_range;
using series::interval;

constexpr std::chrono::days default_reach{3'652};

// Those that have candles, as --help and complaints list them.
std::string providers_with_candles()
{
    std::string names;
    for (const auto& row : provider::provider_rows())
        if (row.make_candles != nullptr)
            names.append(names.empty() ? "" : ", ").append(row.name);
    return names;
}

// candles.db of an archive that nobody else has; null: there is none yet, and nothing is written.
class file_shelf final : public candle_shelf {
public:
    // `now`: no id of a candle that anybody has been sent is later.
    file_shelf(archive::candle_file* file, position now) : file_{file}, now_{now} {}

    asio::awaitable<archive::result<std::vector<fetch_range>>>
    missing(fetch_range of, std::string source, bool replace) override
    {
        if (file_ == nullptr)
            co_return of.from < of.until ? std::vector{of} : std::vector<fetch_range>{};
        co_return archive::guarded(
            [&] { return archive::missing_candles(*file_, of, source, replace); });
    }

    asio::awaitable<archive::result<archive::put_candles>>
    put(archive::fetched_candles answer, bool replace) override
    {
        co_return archive::guarded(
            [&] { return archive::put_fetched(*file_, answer, replace, now_); });
    }

private:
    archive::candle_file* file_;
    const position now_;
};

class backfilling {
public:
    explicit backfilling(const tool_context& c) : c_{c}, is_dry_{c.call.has("dry-run")}
    {
        if (c.kind != archive::feed_kind::live)
            throw bad_flag{
                "PROVIDERS is " + c.settings.providers.front() +
                ", and candles of an exchange never stand beside its prices; accepted: names of "
                "exchanges"};
        read_interval();
        read_symbols();
        read_times();
        read_providers();
    }

    int run();

private:
    void read_interval();
    void read_symbols();
    void read_times();
    void read_providers();
    std::optional<wall_time> time_of(std::string_view flag) const;
    void open();
    void make_sources();
    backfill::ending fetch();
    void tell(const backfill::outcome& of);
    int close(backfill::ending how);

    const tool_context& c_;
    const bool is_dry_;
    backfill::wish wanted_;
    std::optional<symbol_table> symbols_;
    std::vector<std::string> providers_;

    provider::gates gates_;
    asio::io_context context_{1};
    const feed::feed_context::strand_type strand_{asio::make_strand(context_)};
    std::optional<asio::ssl::context> trust_;
    std::vector<std::unique_ptr<feed::candle_source>> sources_;
    std::unique_ptr<archive::store> store_;
    std::unique_ptr<archive::candle_file> file_;
    std::unique_ptr<progress_bar> bar_;
    std::string shown_;  // what the bar is about
    std::size_t put_ = 0;
    std::size_t requests_ = 0;
};

void backfilling::read_interval()
{
    const auto text = c_.call.get("interval", "1d");
    const auto of = series::parse_interval(text);
    if (!of || (*of != interval::d1 && *of != interval::h1 && *of != interval::m1))
        throw bad_flag{"--interval: '" + clean_words(text) + "' is none; accepted: 1d, 1h, 1m"};
    wanted_.of = *of;
    wanted_.replace = c_.call.has("replace");
    wanted_.is_dry = is_dry_;
}

void backfilling::read_symbols()
{
    auto names = c_.settings.symbols;
    if (c_.call.has("symbols")) {
        names.clear();
        const auto text = c_.call.get("symbols");
        for (std::size_t at = 0; at <= text.size();) {
            const auto end = std::min(text.find(',', at), text.size());
            names.push_back(text.substr(at, end - at));
            at = end + 1;
        }
    }
    auto table = symbol_table::from(names);
    if (!table)
        throw bad_flag{"--symbols: " + table.error().message() + "; accepted: BTC-USD,ETH-USD"};
    wanted_.symbols = {table->all().begin(), table->all().end()};
    // Those of the archive behind them: the store knows all its symbols.
    if (const auto held = archive::look_at(c_.archive, c_.kind)) {
        names.clear();
        for (const auto id : table->all())
            names.push_back(table->name(id));
        auto others = held->symbols;
        // And those of which only candles are left.
        for (const auto& name : archive::candle_file::names_in(c_.archive / "candles.db"))
            others.push_back(name);
        for (const auto& name : others)
            if (names.size() < symbol_table::symbols_max && std::ranges::count(names, name) == 0)
                names.push_back(name);
        if (auto all = symbol_table::from(names))
            table = std::move(all);
    }
    symbols_ = std::move(*table);
}

std::optional<wall_time> backfilling::time_of(std::string_view flag) const
{
    if (!c_.call.has(flag))
        return std::nullopt;
    const auto text = c_.call.get(flag);
    const auto at = parse_moment(text);
    if (!at || *at < wall_time{})
        throw bad_flag{
            "--" + std::string{flag} + ": '" + clean_words(text) +
            "' is no time; accepted: 2020-01-31, RFC 3339, or Unix seconds"};
    return *at;
}

void backfilling::read_times()
{
    const auto now = c_.time.wall_now();
    const auto closed = series::bucket_open(wanted_.of, now - settled);
    const auto kept = c_.settings.archive.minutes_kept;
    std::chrono::milliseconds reach = default_reach;
    // Older minutes would be removed at once.
    const bool is_bounded = wanted_.of == interval::m1 && kept.count() != 0;
    if (is_bounded)
        reach = std::min(reach, kept);
    const auto oldest = series::bucket_open(wanted_.of, now - reach) + series::length(wanted_.of);
    const auto from = time_of("from");
    const auto until = time_of("to");
    if (from && until && *from >= *until)
        throw bad_flag{"--from: is not before --to"};
    wanted_.from = from ? series::bucket_open(wanted_.of, *from) : oldest;
    if (wanted_.from < (from ? *from : oldest))
        wanted_.from += series::length(wanted_.of);
    if (is_bounded && wanted_.from < oldest) {
        complain("candles of a minute are kept for RETENTION_1M: older ones are not asked for");
        wanted_.from = oldest;
    }
    wanted_.until = until ? std::min(series::bucket_open(wanted_.of, *until), closed) : closed;
}

void backfilling::read_providers()
{
    if (c_.call.has("provider")) {
        providers_ = {c_.call.get("provider")};
        if (!has_candles(providers_.front()))
            throw bad_flag{
                "--provider: '" + clean_words(providers_.front()) +
                "' has no candles here; accepted: " + providers_with_candles()};
        return;
    }
    for (const auto& name : c_.settings.providers)
        if (has_candles(name))
            providers_.push_back(name);
    if (providers_.empty())
        throw bad_flag{
            "none of PROVIDERS has candles; accepted: --provider " + providers_with_candles()};
}

void backfilling::make_sources()
{
    trust_.emplace(net::make_tls_context(c_.settings.live.ca_file));
    for (const auto& name : providers_)
        sources_.push_back(feed::make_candle_source(
            name, c_.settings.access.at(name), c_.settings.live, strand_, c_.time, gates_, *trust_,
            {}));
}

// Nobody else writes candles.db while this holds the archive. A dry run only reads it.
void backfilling::open()
{
    const auto path = c_.archive / "candles.db";
    if (is_dry_) {
        if (fs::exists(path))
            file_ = std::make_unique<archive::candle_file>(path, *symbols_, false);
        return;
    }
    auto opened = archive::store::open(c_.archive, c_.kind, {c_.time.wall_now(), *symbols_, {}});
    if (!opened)
        throw std::runtime_error{opened.error().text};
    store_ = std::move(*opened);
    for (const auto& remark : store_->found().remarks)
        complain(remark);
    try {
        file_ = std::make_unique<archive::candle_file>(path, *symbols_, true);
    } catch (const archive::thrown_failure& e) {
        if (e.said().code != archive::archive_errc::damaged)
            throw;
        const auto kept = archive::candle_file::make_anew(path, *symbols_);
        complain(
            "the candles could not be read everywhere: " + std::to_string(kept.candles) +
            " that verify were kept; the damaged file is " + kept.moved_to);
        file_ = std::make_unique<archive::candle_file>(path, *symbols_, true);
    }
}

void backfilling::tell(const backfill::outcome& of)
{
    bar_.reset();
    shown_.clear();
    const auto what = symbols_->name(of.symbol) + ' ' + std::string{text(wanted_.of)} +
                      (of.provider.empty() ? std::string{} : " of " + of.source);
    if (!of.problem.empty())
        complain(what + ": " + of.problem);
    if (of.provider.empty())
        return;
    if (is_dry_) {
        std::printf(
            "%s: %zu candles are missing, %zu requests\n", what.c_str(), of.missing, of.planned);
        return;
    }
    std::string line = what + ": " + std::to_string(of.put) + " candles added, " +
                       std::to_string(of.requests) + " of " + std::to_string(of.planned) +
                       " requests";
    if (of.longer != 0)
        line += ", " + std::to_string(of.longer) + " longer ones follow";
    if (of.kept != 0)
        line += ", " + std::to_string(of.kept) + " were there already";
    if (of.refused != 0)
        line += ", " + std::to_string(of.refused) + " refused because of impossible figures";
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
    put_ += of.put;
    requests_ += of.requests;
}

backfill::ending backfilling::fetch()
{
    const auto now = position::at(c_.time.wall_now());
    file_shelf shelf{file_.get(), store_ ? std::max(now, store_->last()) : now};
    backfill work{
        {*symbols_, sources_, shelf, c_.time,
         [this](const backfill::outcome& of) {
             const auto what = "fetching " + symbols_->name(of.symbol) + ' ' +
                               std::string{text(wanted_.of)} + " of " + of.source;
             if (shown_ != what)
                 bar_ = std::make_unique<progress_bar>(what, c_.time);
             shown_ = what;
             bar_->show(of.requests, of.planned, "requests");
         },
         [this](const backfill::outcome& of) { tell(of); }},
        wanted_};
    auto how = backfill::ending::not_kept;
    std::exception_ptr failed;
    asio::cancellation_signal stop;
    asio::signal_set signals{strand_, SIGINT, SIGTERM};
    const auto run = [&work]() -> asio::awaitable<backfill::ending> {
        // A cancellation arrives as an error code, not as an exception.
        co_await asio::this_coro::throw_if_cancelled(false);
        co_return co_await work.run();
    };
    asio::co_spawn(
        strand_, run,
        asio::bind_executor(
            strand_, asio::bind_cancellation_slot(
                         stop.slot(), [&](std::exception_ptr escaped, backfill::ending ended) {
                             failed = escaped;
                             how = ended;
                             signals.cancel();
                         })));
    signals.async_wait(asio::bind_executor(strand_, [&](boost::system::error_code cancelled, int) {
        if (!cancelled)
            stop.emit(asio::cancellation_type::terminal);
    }));
    context_.run();
    if (failed)
        std::rethrow_exception(failed);
    return how;
}

int backfilling::close(backfill::ending how)
{
    if (file_ && !is_dry_)
        file_->finish();
    file_.reset();
    if (store_)
        if (const auto ended = store_->end_cleanly(c_.time.wall_now()); !ended)
            throw std::runtime_error{ended.error().text};
    if (how == backfill::ending::cancelled)
        complain(
            "interrupted; " + std::to_string(put_) +
            " candles were added, and the same command goes on from there");
    return how == backfill::ending::complete ? 0 : exit_found_wrong;
}

int backfilling::run()
{
    // Whether the archive is free is found before anybody is asked.
    if (!is_dry_)
        if (const auto held = archive::look_at(c_.archive, c_.kind); held && held->is_in_use)
            throw std::runtime_error{
                c_.archive.string() +
                ": a running server uses the archive; stop it to fetch candles, or let it do that: "
                "BACKFILL"};
    make_sources();
    open();
    return close(fetch());
}

}  // namespace

int backfill_candles(const tool_context& c)
{
    try {
        return backfilling{c}.run();
    } catch (const bad_flag& e) {
        complain("backfill: " + std::string{e.what()});
        return exit_refused;
    } catch (const std::exception& e) {
        complain(e.what());
        return exit_found_wrong;
    }
}

}  // namespace tickertape
