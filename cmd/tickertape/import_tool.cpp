// `tickertape import`: text to ticks of the archive. Everything is read before anything is written.
#include "archive/candle_file.hpp"
#include "archive/candle_keeper.hpp"
#include "archive/reader.hpp"
#include "archive/tick_import.hpp"
#include "core/text.hpp"
#include "importing.hpp"
#include "progress_bar.hpp"
#include "transfer/tick_reader.hpp"

#include <stdexcept>

#include <unistd.h>

namespace tickertape {
namespace {

namespace fs = std::filesystem;

fs::path candles_of(const fs::path& archive)
{
    return archive / "candles.db";
}

class importing {
public:
    explicit importing(const tool_context& c)
        : c_{c}, is_dry_{c.call.has("dry-run")}, now_{c.time.wall_now()}
    {
        defaults_.symbol = symbol_of_call(c.call);
        defaults_.source = c.call.get("source", "import");
        if (const auto why = transfer::wrong_with_source(defaults_.source); !why.empty())
            throw bad_flag{"--source: " + std::string{why}};
        for (const auto& file : c.call.operands)
            formats_.push_back(format_of(file));
    }

    int run();

private:
    transfer::format format_of(const std::string& file) const;
    void read(const std::string& file, transfer::format how);
    void take(const std::string& file, std::uint64_t line, const transfer::record& r);
    int write();
    void
    add(archive::store& to, const symbol_table& symbols,
        const std::vector<archive::tick_import::day_plan>& days);
    void make_candles(archive::candle_keeper& candles, const std::string& why);
    int tell(const std::vector<archive::tick_import::day_plan>& days) const;

    const tool_context& c_;
    const bool is_dry_;
    const wall_time now_;
    transfer::tick_reader::defaults defaults_;
    std::vector<transfer::format> formats_;
    std::unique_ptr<archive::tick_import> ticks_;
    bad_lines bad_;
};

transfer::format importing::format_of(const std::string& file) const
{
    const auto named = c_.call.get("format");
    const auto found =
        named.empty() ? transfer::format_of_file(file) : transfer::parse_format(named);
    if (found && *found == transfer::format::bitcoincharts && defaults_.symbol.empty())
        throw bad_flag{"--format bitcoincharts needs --symbol: its lines name none"};
    if (found)
        return *found;
    if (named.empty())
        throw bad_flag{
            file + ": its name says no format; give --format csv, json, jsonl or "
                   "bitcoincharts, or coinbase, binance or kraken for candles"};
    throw bad_flag{
        "--format: '" + clean_words(named) +
        "' is none; accepted: csv, json, jsonl, bitcoincharts, coinbase, binance, kraken"};
}

void importing::take(const std::string& file, std::uint64_t line, const transfer::record& r)
{
    if (r.at > now_) {
        bad_.add(file, line, "lies in the future");
        return;
    }
    const auto added =
        ticks_->add({r.symbol, r.value, r.at, r.source, transfer::combined_in(r.source), r.id});
    if (!added)
        throw std::runtime_error{added.error().text};
}

void importing::read(const std::string& file, transfer::format how)
{
    transfer::tick_reader reader{
        how, defaults_, [&](std::uint64_t line, transfer::record&& r) { take(file, line, r); },
        [&](std::uint64_t line, const std::string& why) { bad_.add(file, line, why); }};
    read_import(file, c_.time, [&reader](std::string_view bytes) { reader.feed(bytes); });
    reader.finish();
}

int importing::tell(const std::vector<archive::tick_import::day_plan>& days) const
{
    int refused = 0;
    for (const auto& d : days) {
        const auto line = archive::text_of(d.day) + ": " + std::to_string(d.ticks) + " ticks";
        if (!d.refused.empty()) {
            complain(line + ": refused: " + d.refused);
            ++refused;
        } else if (is_dry_) {
            std::printf("%s: %s\n", line.c_str(), d.is_there ? "already there" : "would be added");
        }
    }
    return refused;
}

int importing::write()
{
    std::unique_ptr<archive::store> store;
    const auto held = [&] {
        auto found = archive::look_at(c_.archive, c_.kind);
        if (!found && fs::exists(c_.archive))
            throw std::runtime_error{found.error().text};
        return found ? *std::move(found) : archive::survey{};
    };
    auto names = ticks_->symbols();
    for (const auto& name : held().symbols)
        names.push_back(name);
    for (const auto& name : archive::candle_file::names_in(candles_of(c_.archive)))
        names.push_back(name);
    const auto symbols = symbol_table::from(names);
    if (!symbols)
        throw std::runtime_error{symbols.error().message()};
    if (!is_dry_) {
        auto opened = archive::store::open(c_.archive, c_.kind, {now_, *symbols, {}});
        if (!opened)
            throw std::runtime_error{opened.error().text};
        store = std::move(*opened);
        for (const auto& remark : store->found().remarks)
            complain(remark);
    }
    const auto days = ticks_->plan(held(), *symbols);
    if (!days)
        throw std::runtime_error{days.error().text};
    const bool is_refused = tell(*days) > 0;
    if (is_refused)
        complain("nothing was imported; remove these days from the files");
    else if (!is_dry_)
        add(*store, *symbols, *days);
    if (store)
        if (const auto ended = store->end_cleanly(c_.time.wall_now()); !ended)
            throw std::runtime_error{ended.error().text};
    return is_refused ? exit_found_wrong : 0;
}

void importing::add(
    archive::store& to, const symbol_table& symbols,
    const std::vector<archive::tick_import::day_plan>& days)
{
    const auto ticks = to.make_reader(symbols);
    std::string why;
    archive::candle_keeper candles{
        {archive::candle_file::place_of(candles_of(c_.archive)), symbols,
         [&ticks](const tape::past_query& query) { return ticks->read(query); }, to.holds(),
         [&to] { return to.last(); }, c_.time, [&why](const std::string& said) { why = said; }},
        {}};
    // Before the ticks are there: if the process ends between them and their candles, the next
    // start of the server makes these.
    if (!candles.expect(days.front().day, days.back().day))
        throw std::runtime_error{"nothing was imported, since candles cannot be written: " + why};
    std::uint64_t done = 0;
    std::uint64_t added = 0;
    std::uint64_t there = 0;
    const auto ran = [&] {
        progress_bar bar{"importing", c_.time};
        return ticks_->run(
            to, c_.kind, symbols, days, [&](const archive::tick_import::day_plan& d) {
                (d.is_there ? there : added) += d.ticks;
                bar.show(++done, days.size(), "days");
            });
    }();
    if (!ran)
        throw std::runtime_error{
            ran.error().text + "; " + std::to_string(done) +
            " days are done, and the same command goes on behind them"};
    std::printf(
        "%llu ticks added, %llu were there already, %zu days\n",
        static_cast<unsigned long long>(added), static_cast<unsigned long long>(there),
        days.size());
    make_candles(candles, why);
    std::printf(
        "%llu candles made\n", static_cast<unsigned long long>(candles.now().candles.value()));
}

// `why`: the keeper's last complaint.
void importing::make_candles(archive::candle_keeper& candles, const std::string& why)
{
    progress_bar bar{"making candles", c_.time};
    bool is_done = false;
    while (!is_done) {
        is_done = candles.catch_up(1);
        bar.show(candles.now().candles.value(), 0, "candles");
        if (!is_done && candles.now().failures.value() != 0)
            break;
    }
    if (!is_done || !candles.close_by(now_))
        throw std::runtime_error{
            "the ticks were imported, but not all of their candles could be made: " + why +
            "; the next start of the server makes them, or the same command once more"};
}

int importing::run()
{
    // Beside the archive: a finished day gets there by its name alone.
    const auto process = std::to_string(::getpid());
    const auto workplace = is_dry_ ? fs::temp_directory_path() / ("tickertape-import-" + process)
                                   : fs::path{c_.archive.string() + ".import.tmp"};
    // Whether the archive is free is found now, not when all has been read.
    check_is_free(c_);
    auto begun = archive::tick_import::begin(workplace);
    if (!begun)
        throw std::runtime_error{begun.error().text};
    ticks_ = std::move(*begun);
    for (std::size_t i = 0; i < formats_.size(); ++i)
        read(c_.call.operands[i], formats_[i]);
    if (bad_.count() > 0) {
        complain(
            std::to_string(bad_.count()) +
            " bad lines in all; nothing was imported, since a part of a day "
            "would stand for all of it");
        return exit_found_wrong;
    }
    if (ticks_->size() == 0) {
        complain("there are no ticks to import");
        return exit_found_wrong;
    }
    return write();
}

}  // namespace

int import_files(const tool_context& c)
{
    try {
        const auto candles = candles_of_call(c);
        return candles ? import_candles(c, *candles) : importing{c}.run();
    } catch (const bad_flag& e) {
        complain("import: " + std::string{e.what()});
        return exit_refused;
    } catch (const std::exception& e) {
        complain(e.what());
        return exit_found_wrong;
    }
}

}  // namespace tickertape
