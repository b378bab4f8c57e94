// `tickertape export --candles`: closed candles of the archive as text, some thousand at a time.
#include "archive/candle_file.hpp"
#include "archive/survey.hpp"
#include "core/timestamp.hpp"
#include "exporting.hpp"
#include "progress_bar.hpp"
#include "transfer/candle_record.hpp"

#include <algorithm>
#include <stdexcept>

namespace tickertape {
namespace {

using series::candle_time;

constexpr std::size_t candles_at_once = 4'096;

series::interval interval_of_call(const tool_context& c)
{
    const auto read = series::parse_interval(c.call.get("candles"));
    if (!read)
        throw bad_flag{"--candles: " + read.error().message()};
    return *read;
}

candle_time first_second(position p)
{
    return std::chrono::ceil<std::chrono::seconds>(p.time());
}

class exporting_candles {
public:
    explicit exporting_candles(const tool_context& c)
        : c_{c}, of_{interval_of_call(c)}, writer_{export_format(c)},
          from_{first_second(time_of_flag(c, "since").value_or(position{}))},
          until_{first_second(time_of_flag(c, "until").value_or(position{position::ms_max, 0}))},
          path_{c.archive / "candles.db"}
    {
        if (until_ <= from_)
            throw bad_flag{"--until lies before --since: there is nothing to export"};
        // Says whether there is an archive at all.
        if (const auto found = archive::look_at(c.archive, c.kind); !found)
            throw std::runtime_error{found.error().text};
        names_ = wanted_names(c, archive::candle_file::names_in(path_));
    }

    void run()
    {
        export_output to{c_.call.get("output", "-")};
        std::string text;
        writer_.begin(text);
        if (names_.empty())
            complain("the archive has no candles");
        else
            write_all(to, text);
        writer_.end(text);
        to.write(text);
        to.finish();
    }

private:
    void write_all(export_output& to, std::string& text);
    void tell(const std::string& symbol, const archive::candle_damage& lost) const
    {
        complain(
            "missing: candles of " + symbol + " from " + format_rfc3339(lost.from) + " up to " +
            format_rfc3339(lost.until));
    }

    const tool_context& c_;
    // In the order in which flags are looked at: what is wrong with them is said first.
    const series::interval of_;
    transfer::candle_writer writer_;
    const candle_time from_;
    const candle_time until_;
    const std::filesystem::path path_;
    std::vector<std::string> names_;
};

void exporting_candles::write_all(export_output& to, std::string& text)
{
    const auto table = symbol_table::from(names_);
    if (!table)
        throw std::runtime_error{table.error().message() + "; give --symbols"};
    archive::candle_file file{path_, *table, false};
    progress_bar bar{"exporting", c_.time};
    std::uint64_t count = 0;
    for (const auto id : table->all()) {
        const auto& symbol = table->name(id);
        for (auto from = from_;;) {
            const auto page = file.read({id, of_, from, until_, candles_at_once});
            for (const auto& lost : page.damaged)
                tell(symbol, lost);
            for (const auto& kept : page.candles)
                writer_.add(text, {symbol, of_, kept.value, kept.source});
            to.write(text);
            text.clear();
            count += page.candles.size();
            if (!to.is_terminal())
                bar.show(count, 0, "candles");
            if (!page.has_more || page.candles.empty())
                break;
            from = end_of(of_, page.candles.back().value.opens);
        }
    }
}

}  // namespace

void export_candles(const tool_context& c)
{
    exporting_candles{c}.run();
}

}  // namespace tickertape
