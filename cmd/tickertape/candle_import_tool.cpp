// `tickertape import` of candles: text to rows of candles.db, in one transaction.
#include "archive/candle_import.hpp"
#include "archive/store.hpp"
#include "archive/survey.hpp"
#include "importing.hpp"
#include "transfer/record.hpp"

#include <cstdio>
#include <functional>
#include <memory>
#include <set>

namespace tickertape {
namespace {

namespace fs = std::filesystem;

// Of exported candles that an archive had made of its own ticks: they are not those of this one.
constexpr std::string_view own_source = "tickertape";

class importing_candles {
public:
    importing_candles(const tool_context& c, const candle_files& what)
        : c_{c}, what_{what}, symbol_{symbol_of_call(c.call)},
          source_{c.call.get("source", what.from ? transfer::text_of(*what.from) : own_source)},
          now_{c.time.wall_now()}
    {
        if (what_.from && symbol_.empty())
            throw bad_flag{
                "candles need --symbol, such as --symbol BTC-USD: their lines name none"};
        if (const auto why = transfer::wrong_with_source(source_); !why.empty())
            throw bad_flag{"--source: " + std::string{why}};
    }

    int run()
    {
        if (!c_.call.has("dry-run"))
            return write();
        read({});
        if (const auto wrong = is_wrong())
            return wrong;
        std::printf("%llu candles would be imported\n", static_cast<unsigned long long>(read_));
        return 0;
    }

private:
    using on_candle = std::function<void(
        const std::string& symbol, const series::candle& c, const std::string& source)>;

    void read(const on_candle& take);
    int is_wrong() const;
    int write();
    symbol_table symbols() const;
    std::vector<std::string> exported_symbols() const;

    const tool_context& c_;
    const candle_files what_;
    const std::string symbol_;
    const std::string source_;
    const wall_time now_;
    bad_lines bad_;
    std::uint64_t read_ = 0;
    std::uint64_t left_out_ = 0;
};

// Once a line is bad nothing will be kept; the others are read to be named.
void importing_candles::read(const on_candle& take)
{
    for (const auto& file : c_.call.operands) {
        const auto complain = [&](std::uint64_t line, const std::string& why) {
            bad_.add(file, line, why);
        };
        const auto count = [&](const std::string& symbol, const series::candle& c,
                               const std::string& source) {
            ++read_;
            if (take && bad_.count() == 0)
                take(symbol, c, source);
        };
        if (what_.from) {
            transfer::candle_reader reader{
                {*what_.from, what_.of, now_},
                [&](std::uint64_t, const series::candle& c) { count(symbol_, c, source_); },
                complain};
            read_import(file, c_.time, [&reader](std::string_view bytes) { reader.feed(bytes); });
            reader.finish();
            left_out_ += reader.left_out();
            continue;
        }
        transfer::candle_record_reader reader{
            {exported_format(file), what_.of, now_},
            [&](std::uint64_t, const transfer::candle_record& c) {
                count(c.symbol, c.value, c.source.empty() ? source_ : c.source);
            },
            complain};
        read_import(file, c_.time, [&reader](std::string_view bytes) { reader.feed(bytes); });
        reader.finish();
    }
}

int importing_candles::is_wrong() const
{
    if (bad_.count() > 0)
        complain(std::to_string(bad_.count()) + " bad lines in all; nothing was imported");
    else if (read_ == 0)
        complain("there are no candles to import");
    else
        return 0;
    return exit_found_wrong;
}

// The symbols that the files name. They are read once for that alone: a store is opened with all
// its symbols.
std::vector<std::string> importing_candles::exported_symbols() const
{
    std::set<std::string> names;
    for (const auto& file : c_.call.operands) {
        transfer::candle_record_reader reader{
            {exported_format(file), what_.of, now_},
            [&](std::uint64_t, const transfer::candle_record& c) { names.insert(c.symbol); },
            [](std::uint64_t, const std::string&) {}};
        read_import(file, c_.time, [&reader](std::string_view bytes) { reader.feed(bytes); });
        reader.finish();
    }
    return {names.begin(), names.end()};
}

symbol_table importing_candles::symbols() const
{
    std::vector<std::string> names;
    if (what_.from)
        names.push_back(symbol_);
    else
        names = exported_symbols();
    if (const auto held = archive::look_at(c_.archive, c_.kind))
        names.insert(names.end(), held->symbols.begin(), held->symbols.end());
    for (const auto& name : archive::candle_file::names_in(c_.archive / "candles.db"))
        names.push_back(name);
    const auto all = symbol_table::from(names);
    if (!all)
        throw std::runtime_error{all.error().message()};
    return *all;
}

int importing_candles::write()
{
    check_is_free(c_);
    const auto all = symbols();
    // Nobody else writes to the archive meanwhile.
    const auto store = archive::store::open(c_.archive, c_.kind, {now_, all, {}});
    if (!store)
        throw std::runtime_error{store.error().text};
    for (const auto& remark : (*store)->found().remarks)
        complain(remark);
    archive::candle_import::counts done;
    int wrong = 0;
    bool is_put = false;
    const auto written = archive::guarded([&] {
        archive::candle_file file{c_.archive / "candles.db", all, true};
        archive::candle_import import{
            file,
            {all.all().front(), what_.of, source_, c_.call.has("replace"),
             std::max(position::at(now_), (*store)->last())}};
        read([&](const std::string& symbol, const series::candle& c, const std::string& source) {
            import.add(c, *all.find(symbol), source);
        });
        wrong = is_wrong();
        if (wrong == 0) {
            done = import.commit();
            is_put = true;
            import.sync();
        }
    });
    if (const auto ended = (*store)->end_cleanly(c_.time.wall_now()); !ended)
        throw std::runtime_error{ended.error().text};
    if (!written && is_put)
        throw std::runtime_error{not_synced(written.error().text)};
    if (!written && written.error().code == archive::archive_errc::damaged)
        throw std::runtime_error{
            written.error().text + "; nothing was imported. The server repairs it when it starts"};
    if (!written)
        throw std::runtime_error{written.error().text + "; nothing was imported"};
    if (wrong != 0)
        return wrong;
    std::printf(
        "%zu candles%s added, %zu were there already and stay, %zu longer ones followed\n",
        done.put, what_.from ? (" of " + source_).c_str() : "", done.kept, done.longer);
    if (left_out_ != 0)
        std::printf(
            "%llu rows without trades left out\n", static_cast<unsigned long long>(left_out_));
    return 0;
}

}  // namespace

int import_candles(const tool_context& c, const candle_files& what)
{
    return importing_candles{c, what}.run();
}

}  // namespace tickertape
